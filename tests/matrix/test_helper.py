#!/usr/bin/env python3
# leakshim.py, with the unittest runner, on every interpreter.
import os
import re

import harness
import planted
from findings import is_unhooked
from harness import Skip, equal, main, test

HELPER = os.path.join(harness.TOP, "src", "interface", "leakshim.py")


def read_helper():
    with open(HELPER, encoding="utf-8") as f:
        return f.read()


def files(python):
    return dict(planted.files(python), **{"leakshim.py": read_helper()})


@test("no_leaks finds what leaks, and nothing else")
def guarded(python):
    if is_unhooked(python):
        raise Skip("a statically linked 2.7 records no allocations: no marks")
    done = python.run("guarded.py", "-v", files=files(python), timeout=300)
    failed = re.findall(r"^(?:FAIL|ERROR): (\w+)", done.stderr,
                        flags=re.MULTILINE)
    equal(failed, [], "failed")
    equal(done.status, 0, "status")
    assert re.search(r"^Ran 20 tests", done.stderr, re.MULTILINE), done.stderr


@test("with isolate=0 too", sample=True)
def in_process(python):
    if is_unhooked(python):
        raise Skip("a statically linked 2.7 records no allocations: no marks")
    done = python.run("guarded.py", "Guarded.test_lost", "Guarded.test_clean",
                      "Guarded.test_collected_only",
                      files=files(python), options="isolate=0")
    equal(done.status, 0, "status")


WITHOUT = """
import leakshim
print(leakshim.is_active())
for call in (leakshim.check, leakshim.checkpoint,
             leakshim.no_leaks().__enter__, leakshim.no_leaks(len)):
    try:
        call()
    except leakshim.LeakshimError as error:
        print(error)
"""


@test("without leakshim there is an error that says how to run it")
def without(python):
    done = python.run("without.py", "--word", bare=True, files={
        "without.py": WITHOUT, "leakshim.py": read_helper()})
    lines = done.stdout.splitlines()
    equal(lines[0], "False", "is_active()")
    equal(done.stdout.count("leakshim is not loaded into this process"), 4,
          "errors")
    assert re.search(r"leakshim run -- python\S* without.py --word",
                     done.stdout), done.stdout
    equal(done.stderr, "", "stderr")


NO_MARKS = """
import leakshim
try:
    with leakshim.no_leaks():
        pass
except leakshim.LeakshimError as error:
    print(error)
print(leakshim.check()["schema"])
"""


@test("where allocations are not recorded, an error says so")
def no_marks(python):
    done = python.run("-c", NO_MARKS, files={"leakshim.py": read_helper()},
                      options="track=none")
    assert "allocations are not recorded here" in done.stdout, done.stdout
    assert "leakshim.report/1" in done.stdout, done.stdout


KINDS = """
import gc, leakshim
gc.disable()
for number in range(3):
    ring = [number]
    ring.append(ring)
del ring
for kinds in ("unreachable", ["unreachable", "uncollectable"],
              ("uncollectable",)):
    found = leakshim.check(kinds=kinds)["findings"]
    print(sorted(set(str(each["kind"]) for each in found)))
"""


@test("check() takes one kind or many", sample=True)
def kinds(python):
    done = python.run("-c", KINDS, files={"leakshim.py": read_helper()})
    equal(done.stdout.splitlines(),
          ["['unreachable']", "['unreachable']", "[]"], "kinds")


main()
