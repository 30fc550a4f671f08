#!/usr/bin/env python3
# What no block uses any more is recycled: stacks, and copies of code.
import json
import os
import re
import subprocess

import harness
from findings import is_unhooked
from harness import Skip, equal, main, test

HELPER = os.path.join(harness.TOP, "src", "interface", "leakshim.py")


def files():
    with open(HELPER, encoding="utf-8") as f:
        return {"leakshim.py": f.read()}


def told_as_made(run, n):
    """What was kept through all of it is told as the traceback had it."""
    made = json.loads(run.read("made.json"))
    equal(len(made), n, "kept")
    found = {}
    for f in run.report["findings"]:
        frames = [[x["function"].split(".")[-1], x["file"].split("/")[-1],
                   x["line"]] for x in f["allocated"]["python"]]
        for t in f["types"]:
            found.setdefault(t["name"], []).append(frames)
    for name, frames in made.items():
        told = found.get(name, [])
        assert any(t[:len(frames)] == frames[:32] for t in told), (
            "%s: %r, not %r" % (name, told, frames))


@test("a program that makes ever new code needs no more memory in the end")
def bounded(python):
    if is_unhooked(python):
        raise Skip("a statically linked 2.7 records no allocations")
    rounds, codes = 8, 600
    run = python.run("recycling.py", rounds, codes, files=files(), timeout=300,
                     options="kinds=all:max_findings=1000")
    equal(run.status, 0, "status")
    costs = [json.loads(run.read("check.%d.json" % k)) for k in range(rounds)]
    stacks = [cost["stacks"] for cost in costs]
    # Each round makes as many as the first; a few objects of each are kept.
    assert max(stacks) < 4 * stacks[0], stacks
    assert stacks[-1] < 3.5 * stacks[0], stacks

    told_as_made(run, 10 * rounds)


@test("with threads that make it, and others without the GIL", sample=True)
def threads(python):
    if is_unhooked(python):
        raise Skip("a statically linked 2.7 records no allocations")
    run = python.run("recycling.py", 10, 150, "threads", files=files(),
                     timeout=600, options="kinds=all:max_findings=10000")
    equal(run.status, 0, "status")
    told_as_made(run, 4 * 10 * 10)


SERVICE = """
import sys
SOURCE = "def f():\\n    return object()\\nkept.append(f())\\n"
kept = []
n = 0
sys.stdout.write("ready\\n")
sys.stdout.flush()
for line in iter(sys.stdin.readline, ""):
    for i in range(4000):
        n += 1
        exec(compile(SOURCE, "made_%d.py" % n, "exec"), {"kept": kept})
    del kept[:]
    sys.stdout.write("served\\n")
    sys.stdout.flush()
"""


class Service:
    def __init__(self, python):
        if python.in_root or python.by_loader:
            raise Skip("test_attach.py goes there")
        self.process = subprocess.Popen(
            python.command + ["-c", SERVICE], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE)
        self.pid = self.process.pid
        self.expect(b"ready\n")

    def expect(self, line):
        equal(self.process.stdout.readline(), line, "the service says")

    def serve(self):
        self.process.stdin.write(b"more\n")
        self.process.stdin.flush()
        self.expect(b"served\n")

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def command(*arguments):
    done = subprocess.run(
        [harness.LEAKSHIM] + [str(a) for a in arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        timeout=300, env=dict(os.environ, LEAKSHIM_LIBRARY=harness.LEAKSHIM_SO))
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return done.stdout


UNITS = {"B": 1, "bytes": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def memory(service):
    """Of `leakshim status': stack frames, and bytes of their code."""
    text = command("status", service.pid)
    match = re.search(r"for (\d+) stack frames, ([\d.]+) (\w+) for their code",
                      text)
    assert match, text
    return int(match.group(1)), float(match.group(2)) * UNITS[match.group(3)]


@test("so does a service that is attached to, as `leakshim status' says",
      only=lambda python: python.major > 2, sample=True)
def attached(python):
    with Service(python) as service:
        command("attach", service.pid)
        seen = []
        for _ in range(8):
            service.serve()
            seen.append(memory(service))
            command("check", service.pid)
        for what in (0, 1):
            values = [each[what] for each in seen]
            assert max(values) < 4 * values[0], values
        # Nothing of that is left behind.
        command("detach", service.pid)
        command("attach", service.pid)
        frames, code = memory(service)
        assert frames < 100 and code < 1 << 17, (frames, code)
        command("check", service.pid)


main()
