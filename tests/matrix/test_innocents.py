#!/usr/bin/env python3
# What once was accused, or might be, and is nobody's leak; and beside it a leak
# of the same shape, which is found.
import json
import os

import planted
from findings import (about, brief, frames, is_failing, is_unhooked, the_one,
                      verdict)
from harness import TOP, Skip, equal, main, test

HELPER = os.path.join(TOP, "src", "interface", "leakshim.py")


def accused(report):
    return [brief(f) for f in report["findings"]
            if f["kind"] != "unreachable" and f["state"] != "startup"]


# ---- a subinterpreter that nobody closes ----

SUBINTERPRETER = """
try:
    import _interpreters as interpreters
except ImportError:
    try:
        import _xxsubinterpreters as interpreters
    except ImportError:
        raise SystemExit("no subinterpreters")
i = interpreters.create()
interpreters.run_string(i, "class Sub: pass\\n"
                        "sub = Sub(); sub.me = sub; del sub\\n")
"""


def run_with_subinterpreter(python, *arguments, **settings):
    done = python.run("-W", "ignore", *arguments, **settings)
    if "no subinterpreters" in done.stderr:
        raise Skip("it has no subinterpreters")
    return done


@test("garbage of a subinterpreter that is not closed is not uncollectable",
      only=lambda python: python.minor >= (3, 8))
def unclosed(python):
    report = run_with_subinterpreter(python, "-c", SUBINTERPRETER).report
    equal(accused(report), [], "findings")
    for finding in about(report, "__main__.Sub"):
        equal(verdict(finding), ("unreachable", "pending"), "verdict")


@test("with one, what the main interpreter cannot free is still found",
      only=lambda python: python.minor >= (3, 8), sample=True)
def unclosed_and_uncollectable(python):
    program = "import sys\nsys.argv[1:] = ['leak', 'clear', '5']\n" + (
        SUBINTERPRETER + "exec(open('planted.py').read())\n")
    report = run_with_subinterpreter(
        python, "-c", program, fixtures=["planted.py"],
        files=planted.files(python)).report
    finding = the_one(report, "planted.ForgetsClear")
    equal(verdict(finding), ("uncollectable", "not-clearable"), "verdict")
    equal(finding["count"], 5, "count")


# ---- a young collection while the interpreter is finalized ----

FLUSHING = """
import gc, sys
class Old(object): pass
old = Old(); old.me = old
gc.collect()
gc.disable()
class Stream(object):
    def __init__(self, stream):
        self.stream = stream
    def write(self, text):
        return self.stream.write(text)
    def flush(self):
        gc.collect(0)
        self.stream.flush()
sys.stdout = Stream(sys.stdout)
gc.enable()
del old
"""


@test("old garbage that a young collection leaves is not uncollectable",
      only=lambda python: python.major > 2)
def flushed(python):
    report = python.run("-c", FLUSHING).report
    equal(accused(report), [], "findings")


# ---- threads that a fork leaves behind ----

FORKING = """
import os, sys, threading, time
import planted
way = sys.argv[1]
def leak(what):
    if way == "leak":
        getattr(planted, "leak_" + what)(300)
readable, writable = os.pipe()
n_blocked = []
def blocked():
    n_blocked.append(1)
    os.read(readable, 100000)
threads = [threading.Thread(target=blocked) for _ in range(5)]
for thread in threads: thread.start()
while len(n_blocked) < len(threads): time.sleep(0.01)
time.sleep(0.3)
leak("list")
def deep(n=60):
    return sorted(range(100), key=lambda x: -x) if n == 0 else deep(n - 1)
pid = os.fork()
if pid == 0:
    for _ in range(3):
        others = [threading.Thread(target=deep) for _ in range(6)]
        for other in others: other.start()
        for other in others: other.join()
    leak("dict")
    sys.exit(0)
_, status = os.waitpid(pid, 0)
for thread in threads:
    os.write(writable, b"x")
    time.sleep(0.05)
for thread in threads: thread.join()
sys.exit(status >> 8)
"""


def run_forking(python, way):
    reports = python.run("-W", "ignore", "-c", FORKING, way,
                         files=planted.files(python)).reports
    equal(len(reports), 2, "reports")
    parents = {r["process"]["pid"] for r in reports}
    child, = [r for r in reports if r["process"]["ppid"] in parents]
    parent, = [r for r in reports if r is not child]
    return parent, child


@test("what threads had that a fork left behind is not lost in the child",
      only=lambda python: python.major > 2, sample=True)
def left_threads(python):
    for report in run_forking(python, "clean"):
        equal(accused(report), [], "findings")


@test("with it, what parent and child lose is found in each",
      only=lambda python: python.major > 2, sample=True)
def left_threads_and_leaks(python):
    for report, type_name in zip(run_forking(python, "leak"),
                                 ("list", "dict")):
        found = [f for f in report["findings"] if is_failing(f)]
        equal({(verdict(f), f["types"][0]["name"]) for f in found},
              {(("lost-reference", "unreferenced"), type_name)}, "findings")
        count = sum(f["count"] for f in found)
        assert 250 <= count <= 300, count


# ---- what only the cache of types' attributes holds ----

LOOKING_UP = """
import json, sys
import leakshim
kept = []
class Thing(object): pass
def look_up(k):
    for i in range(100):
        name = "".join(["name", str(k), "_", str(i)])
        getattr(Thing, name, None)
        if sys.argv[1] == "keep":
            kept.append(name)
for k in range(6):
    look_up(k)
    report = leakshim.check()
with open("last.json", "w") as f:
    json.dump(report, f)
"""


def names_that_grow(python, way):
    with open(HELPER, encoding="utf-8") as f:
        helper = f.read()
    done = python.run("-c", LOOKING_UP, way, options="growth=3",
                      files={"leakshim.py": helper})
    equal((done.status, done.stderr), (0, ""), "status")
    with open(done.path("last.json"), encoding="utf-8") as f:
        return [each for each in json.load(f)["findings"]
                if each["kind"] == "growth" and "look_up" in
                [name for name, _, _ in frames(each)]]


@test("names that types were asked for, and were not kept, do not grow",
      only=lambda python: not is_unhooked(python), sample=True)
def looked_up(python):
    equal([brief(f) for f in names_that_grow(python, "drop")], [], "growth")


@test("names that types were asked for and a list has kept do grow",
      only=lambda python: not is_unhooked(python), sample=True)
def looked_up_and_kept(python):
    finding, = names_that_grow(python, "keep")
    assert finding["objects"] >= 550, finding["objects"]
    equal(finding["growth"]["path"][0]["edge"], ".kept", "path")


# ---- blocks that are too small for an object ----

# The type that stands behind the text is the former owner's.
SHORT = """
former = [object() for i in range(50000)]
del former
class Thing(object):
    __slots__ = ()
former = [Thing() for i in range(50000)]
former = None
classes = [type('C%d' % i, (object,), {'__doc__': 'Is%d' % (i % 10)})
           for i in range(2000)]
"""


@test("the short __doc__ of a class is not an object with many references")
def short(python):
    equal(accused(python.run("-c", SHORT).report), [], "findings")


main()
