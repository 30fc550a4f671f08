#!/usr/bin/env python3
# A host that ends without Py_Finalize() gets its report all the same, of what
# has leaked, not of what is in use.
import json
import os
import subprocess
import tempfile

from findings import the_one, verdict
from harness import FIXTURES, LEAKSHIM_SO, equal, main, test
from hosts import library_of

PROGRAM = """
import gc; gc.disable()
class Leaked(object): pass
class Kept(object): pass
kept = Kept(); kept.itself = kept
%s
"""
LEAK = "leaked = Leaked(); leaked.itself = leaked; del leaked"
_built = []


def build():
    if not _built:
        exe = os.path.join(tempfile.mkdtemp(prefix="leakshim-test-"), "host")
        subprocess.run(os.environ.get("CC", "cc").split() +
                       ["-o", exe, os.path.join(FIXTURES, "unfinalized.c"),
                        "-ldl", "-lpthread"], check=True)
        _built.append(exe)
    return _built[0]


def report_of(python, way, program):
    library, prefix = library_of(python)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "report.json")
        environment = dict(
            os.environ, PYTHONHOME=prefix, LD_PRELOAD=LEAKSHIM_SO,
            LEAKSHIM_OPTIONS="format=json:kinds=all:log_path=" + path)
        done = subprocess.run([build(), library, way, program],
                              env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, universal_newlines=True)
        equal((done.stdout, done.stderr, done.returncode), ("ends\n", "", 7),
              "the host's own result")
        with open(path, encoding="utf-8") as f:
            return json.load(f)


def host(way):
    @test("a host that ends so: " + way)
    def run(python):
        report = report_of(python, way, PROGRAM % LEAK)
        equal(report["process"]["trigger"], "exit", "trigger")
        equal(verdict(the_one(report, "__main__.Leaked")),
              ("unreachable", "gc-disabled"), "verdict")

    @test("its twin, with all in use: " + way)
    def clean(python):
        report = report_of(python, way, PROGRAM % "")
        named = [f for f in report["findings"]
                 if any(t["name"].startswith("__main__")
                        for t in f["types"])]
        equal(named, [], "findings")


@test("a host whose thread has ended with the GIL ends, too")
def thread(python):
    library, prefix = library_of(python)
    environment = dict(os.environ, PYTHONHOME=prefix, LD_PRELOAD=LEAKSHIM_SO,
                       LEAKSHIM_OPTIONS="log_path=/dev/null")
    done = subprocess.run([build(), library, "thread", PROGRAM % ""],
                          env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True,
                          timeout=120)
    equal((done.stdout, done.returncode), ("ends\n", 7), "the host's result")
    # Up to 3.6 there is no GIL yet: nobody has kept it.
    equal("no report" in done.stderr, python.version >= (3, 7), done.stderr)


for name in ("exit", "return", "left"):
    host(name)
main()
