#!/usr/bin/env python3
# leakshim.h: checks that the program asks for itself.
import json
import os
import subprocess

import harness
import planted
from findings import (is_unhooked, line_marks, frames, type_names, verdict)
from harness import Skip, equal, main, once, test

N = 200
LOST = ("lost-reference", "unreferenced")


def run(python, what, **more):
    done = python.run("asking.py", what,
                      files=planted.files(python, "asker"), **more)
    equal(done.status, 0, "status")
    return done


def load(done, name):
    return json.loads(done.read(name))


def failing(report):
    return [f for f in report["findings"]
            if f["state"] == "new" and verdict(f) == LOST]


def needs_marks(python):
    if is_unhooked(python):
        raise Skip("a statically linked 2.7 records no allocations: no marks")


@test("without leakshim the same extension runs, and says so")
def without(python):
    done = python.run("asking.py", "without", bare=True,
                      files=planted.files(python, "asker"))
    equal((done.stdout, done.stderr),
          ("0 ENOSYS ENOSYS ENOSYS\n", ""), "stdout, stderr")


@test("a check since a mark is about what came after it")
def since(python):
    needs_marks(python)
    for what in ("since", "in_thread"):
        done = run(python, what)
        answers = dict(line.split(None, 1) for line in
                       done.stdout.splitlines())
        equal(answers, {"clean": "0", "lost": "1", "later": "0",
                        "order": "True %d" % N, "all": "1",
                        "no": "mark EINVAL"}, what)
        equal(done.stderr, "", "stderr")
        found = failing(load(done, "lost.json"))
        equal([type_names(f)[0] for f in found], ["list"], "heads")
        assert N * 0.8 <= found[0]["count"] <= N, found[0]["count"]
        equal(frames(found[0])[0],
              ("since", "asking.py", line_marks("asking.py")["lost"]),
              "allocated by")
        report = load(done, "all.json")
        equal(report["process"]["trigger"], "api", "trigger")
        assert sum(f["count"] for f in failing(report)) >= 1.6 * N
        # The one at the end has the name that it always has.
        equal(load(done, "report.json")["process"]["trigger"], "exit",
              "trigger at exit")


@test("the caller holds the GIL, has released it, or is not a Python thread")
def ways(python):
    needs_marks(python)
    done = run(python, "ways")
    equal(done.stdout, "held 0 1\nreleased 0 1\nthread 0 1\n", "answers")
    equal(done.stderr, "", "stderr")


@test("a check from another interpreter does not wait for its own GIL")
def another(python):
    done = run(python, "another", timeout=60)
    assert done.stdout.strip() in ("0", "EDEADLK"), done.stdout


@test("a hundred checks leave nothing behind",
      lambda p: not p.is_debug, sample=True)
def often(python):
    needs_marks(python)
    for isolate in "10":
        lines = run(python, "often",
                    options="isolate=" + isolate).stdout.splitlines()
        clean = "set([0])" if python.major == 2 else "{0}"
        equal(lines[:3], [clean, clean, "descriptors and threads True"],
              "isolate=" + isolate)
        assert lines[3].startswith("memory True"), lines[3]
        equal(lines[4], "children ECHILD", "children")


@test("after fork, parent and child check themselves")
def forked(python):
    needs_marks(python)
    done = run(python, "forked")
    equal(done.stdout, "child 1\nparent 0\n", "answers")


@test("inside a collection there is no check")
def collecting(python):
    if is_unhooked(python):
        raise Skip("collections of a statically linked 2.7 are not seen")
    done = run(python, "collecting")
    equal(done.stdout, "['EAGAIN'] 0\n", "answers")


@test("before the report at exit there are checks, after it none")
def ending(python):
    done = run(python, "ending")
    lines = done.stdout.splitlines()
    equal(lines[0], "atexit 0", "before")
    # Up to 3.3 what the modules hold may not be finalized at all.
    assert lines[1:] == ["finalizer ESHUTDOWN"] or (
        python.major == 2 and not lines[1:]), lines
    equal(load(done, "atexit.json")["process"]["trigger"], "api", "trigger")


@test("no report replaces another of the same run")
def names(python):
    done = run(python, "names")
    equal(done.stdout.split(),
          ["a.json", "a.json.PID.2", "n.3.json", "n.4.json", "report.json",
           "report.json.PID.2"], "names")
    equal(len(done.reports), 3, "reports to log_path")


EMBEDDED = r"""
#include "leakshim.h"
#include <stdio.h>
int main(void)
{
	int n = leakshim_check(NULL);
	printf("%d %d %d\n", leakshim_is_active(), n, errno == ENOSYS);
	return 0;
}
"""


@once("leakshim.h compiles alone, as C and as C++, linked with nothing")
def alone():
    folder = harness._work
    with open(os.path.join(folder, "alone.c"), "w", encoding="utf-8") as f:
        f.write(EMBEDDED)
    compiler = os.environ.get("CC", "cc").split()
    for language in ("c", "c++"):
        for flags in ([], ["-O2"], ["-static"]):
            program = os.path.join(folder, "alone")
            command = compiler + ["-x", language, "-Wall", "-Wextra",
                                  "-Werror", "-pedantic",
                                  "-I" + os.path.join(harness.TOP, "src"),
                                  os.path.join(folder, "alone.c"), "-o",
                                  program] + flags
            if "c++" in command and subprocess.run(
                    compiler + ["-print-prog-name=cc1plus"],
                    stdout=subprocess.PIPE, check=True,
                    encoding="utf-8").stdout.strip() == "cc1plus":
                continue  # no C++ compiler
            subprocess.run(command, check=True)
            done = subprocess.run([program], stdout=subprocess.PIPE,
                                  check=True, encoding="utf-8")
            equal(done.stdout, "0 -1 1\n", " ".join(command))
            if "-static" in flags:
                continue
            # It finds the library, which finds no Python.
            done = subprocess.run([program], stdout=subprocess.PIPE,
                                  check=True, encoding="utf-8",
                                  env={"LD_PRELOAD": harness.LEAKSHIM_SO})
            equal(done.stdout, "0 -1 0\n", "preloaded: " + " ".join(command))


main()
