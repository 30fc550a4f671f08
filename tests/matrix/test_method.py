#!/usr/bin/env python3
"""--method=python: attach, check and detach by a script that Python runs."""

import glob
import os
import shutil
import signal
import subprocess
import time

import harness
from harness import equal, test
from services import Service, command, must, needs_ptrace
from stages import survives

ROUNDS = int(os.environ.get("LEAKSHIM_ROUNDS",
                            "300" if harness.FULL else "3"))
METHOD = "--method=python"
# They run Python code again and again in their main thread.
MODES = ["loop", "malloc", "imports", "fork", "signals", "aio"]


def has_it(python):
    return python.minor >= (3, 14)


def files(service):
    """What the commands left in its file system."""
    return [name for place in ("tmp", "var/tmp", "dev/shm", "run")
            for name in glob.glob("/proc/%d/root/%s/.leakshim-%d-*" % (
                service.pid, place, service.pid))]


def refused(service, verb, words, *options):
    done = must(command(verb, METHOD, *options, service.pid), 3)
    equal(done.stdout, "", "stdout")
    equal(len(done.stderr.splitlines()), 1, "lines")
    assert words in done.stderr, done.stderr


@test("attached to, checked and detached again and again, nothing stops",
      only=has_it, sample=True)
def stress(python):
    needs_ptrace()
    for mode in MODES if harness.FULL else MODES[python.minor[1] % 2::2]:
        service = Service(python, mode)
        try:
            for _ in range(ROUNDS):
                must(command("attach", METHOD, service.pid), 0)
                done = command("check", METHOD, "--kinds=all",
                               "--fail_on=unreachable", service.pid)
                if mode != "imports":  # which collects, now and then
                    must(done, 23)
                    assert "__main__.Node" in done.stdout, done.stdout
                must(command("detach", METHOD, service.pid), 0)
            equal([f.split(None, 1)[0] for f in service.names("fd")],
                  ["0", "1", "2"] + (["3", "4", "5"] if mode == "aio" else []),
                  mode + ": descriptors")
            equal(files(service), [], mode + ": files")
            assert "leakshim" not in service.names("task")
            out, err = service.end()
        finally:
            if service.process.poll() is None:
                service.kill()
        assert out.endswith(service.expected()) or ", 0 wrong" in out, (
            mode, out)
        equal([line for line in err.splitlines() if "fork" not in line], [],
              mode + ": what it says")


@test("both methods work on what the other one has done", only=has_it,
      sample=True)
def mixed(python):
    needs_ptrace()
    service = Service(python, "loop")
    try:
        for first, second in ((METHOD, "--method=ptrace"),
                              ("--method=ptrace", METHOD)):
            must(command("attach", first, service.pid), 0)
            refused(service, "attach", "already watched")
            must(command("check", second, "--kinds=all",
                         "--fail_on=unreachable", service.pid), 23)
            must(command("detach", second, service.pid), 0)
        out, err = service.end()
    finally:
        if service.process.poll() is None:
            service.kill()
    assert out.endswith(service.expected()), out
    equal(err, "", "what it says")


@test("where the main thread waits, nothing happens, and it says so",
      only=has_it, sample=True)
def idle(python):
    needs_ptrace()
    service = Service(python, "futex")  # another one reads
    try:
        for _ in range(2):
            refused(service, "attach", "main thread has run no Python code",
                    "--timeout=1")
        equal(files(service), [], "files")
        # The question was taken back: nobody comes to it later.
        must(command("attach", service.pid), 0)
        must(command("check", service.pid), 0)
        must(command("detach", service.pid), 0)
        out, err = service.end()
    finally:
        if service.process.poll() is None:
            service.kill()
    assert out.endswith(service.expected()), out
    equal(err, "", "what it says")


@test("an interpreter with remote debugging disabled", only=has_it,
      sample=True)
def disabled(python):
    needs_ptrace()
    service = Service(python, "loop", {"PYTHON_DISABLE_REMOTE_DEBUG": "1"})
    try:
        refused(service, "attach", "PYTHON_DISABLE_REMOTE_DEBUG")
        equal(files(service), [], "files")
        must(command("attach", service.pid), 0)
        # All three look before they do anything.
        refused(service, "check", "PYTHON_DISABLE_REMOTE_DEBUG")
        refused(service, "detach", "PYTHON_DISABLE_REMOTE_DEBUG")
    finally:
        service.kill()


@test("older versions have no such thing", sample=True,
      only=lambda python: not has_it(python))
def older(python):
    needs_ptrace()
    service = Service(python, "loop")
    try:
        refused(service, "attach", "needs Python 3.14 or later")
        equal(files(service), [], "files")
    finally:
        service.kill()


WATCHER = """
import gc, os, sys, threading
def threads():
    return sorted(t.name for t in threading.enumerate())
import encodings.idna
gc.disable()
sys.stdout.write("ready\\n"); sys.stdout.flush()
os.read(0, 1)
sys.stdout.write("begun\\n"); sys.stdout.flush()
gc.collect()
before = set(sys.modules), threads(), sys.getdlopenflags()
import select
while True:
    ready = select.select([0], [], [], 0)[0]
    if ready and not os.read(0, 4096):
        break
print(sorted(set(sys.modules) - before[0] - {"select"}),
      threads() == before[1], sys.getdlopenflags() == before[2],
      "folder" in globals(), gc.collect())
"""


@test("the program sees of it one module more, and no garbage", only=has_it,
      sample=True)
def traces(python):
    needs_ptrace()
    quiet = Service(python, "", program=WATCHER)
    expected = quiet.end()[0]
    assert expected.startswith("[] True True False"), expected
    service = Service(python, "", program=WATCHER)
    try:
        must(command("attach", METHOD, service.pid), 0)
        must(command("check", METHOD, service.pid), 0)
        must(command("detach", METHOD, service.pid), 0)
        out, err = service.end()
    finally:
        if service.process.poll() is None:
            service.kill()
    equal(out, expected.replace("[]", "['_ctypes']"), "what it sees")
    equal(err, "", "what it says")


@test("the command gets a signal at each of its steps", only=has_it,
      sample=True)
def stages(python):
    def clean_up(service):
        """Killed with its guardian, it may leave a folder, and nothing else."""
        for folder in files(service):
            shutil.rmtree(folder)

    survives(python, "loop", [METHOD], clean_up)


@test("a command that has gone is not waited for", only=has_it, sample=True)
def gone(python):
    """Its guardian takes the question back and cleans up."""
    needs_ptrace()
    service = Service(python, "futex")
    try:
        with subprocess.Popen(
                [harness.LEAKSHIM, "attach", METHOD, str(service.pid)],
                stderr=subprocess.DEVNULL, env=dict(
                    os.environ, LEAKSHIM_LIBRARY=harness.LEAKSHIM_SO)) as c:
            deadline = time.monotonic() + 60
            while not files(service):
                assert time.monotonic() < deadline, "it does not begin"
            c.send_signal(signal.SIGKILL)
        while files(service):
            assert time.monotonic() < deadline, "its files stay"
            time.sleep(0.01)
        out, err = service.end()
    finally:
        if service.process.poll() is None:
            service.kill()
    assert out.endswith(service.expected()), out
    equal(err, "", "what it says")


if __name__ == "__main__":
    harness.main()
