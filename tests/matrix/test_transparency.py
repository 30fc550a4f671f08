#!/usr/bin/env python3
# Programs never notice: each runs bare and under the shim, and both say the same.
import json
import re

from harness import (FIXTURES, FULL, Skip, equal, main, starts_itself,
                     test)

# The program's own words for what differs between two runs anyhow.
NOISE = [
    (re.compile(r"0x[0-9a-f]+"), "0x?"),
    (re.compile(r"\bpid \d+"), "pid ?"),
    (re.compile(r"/tmp/leakshim-[^/'\"]*/work(/tmp[^/'\"]*)?"), "/work"),
]


def clean(text):
    for pattern, word in NOISE:
        text = pattern.sub(word, text)
    return text


def both(python, *arguments, **more):
    bare = python.run(*arguments, bare=True, **more)
    shim = python.run(*arguments, **more)
    equal(shim.status, bare.status, "status")
    equal(clean(shim.stdout), clean(bare.stdout), "stdout")
    equal(clean(shim.stderr), clean(bare.stderr), "stderr")
    return bare, shim


def ways_of(fixture):
    with open("%s/%s" % (FIXTURES, fixture), encoding="utf-8") as f:
        return [name.replace("_", "-") for name in re.findall(
            r"^def ((?:by|with)_\w+|plain)\(", f.read(), re.M)]


# What this way ends with is up to the threads' luck in any interpreter.
LUCK = {"with-daemon-thread"}
# With thresholds of 1 the info that CPython makes for our callback moves the
# next collection: the same is told, in another order.
ORDER = {"with-low-thresholds"}


def ending(way):
    @test("ends the same way: " + way)
    def one_ending(python):
        if way in LUCK:
            bare = python.run("endings.py", way, bare=True)
            shim = python.run("endings.py", way)
            equal(shim.status, bare.status, "status")
            return
        if way in ORDER:
            bare, shim = [sorted(python.run(
                "endings.py", way, bare=is_bare).stdout.splitlines())
                for is_bare in (True, False)]
            equal(shim, bare, "what is told")
            return
        both(python, "endings.py", way)


for name in ways_of("endings.py"):
    ending(name)


def look(run, name):
    with open(run.path(name), encoding="utf-8") as f:
        return json.load(f)


@test("state that programs can see is the same")
def state(python):
    bare, shim = both(python, "state.py")
    for name in ("start.json", "exit.json"):
        one, other = look(bare, name), look(shim, name)
        # Granted by SPEC.md: the callback that counts collections.
        if python.major > 2:
            other["gc"]["callbacks"] -= 1
        # Where the copies of the work folder stand.
        for seen in (one, other):
            for key in ("path", "descriptors", "environment"):
                seen[key] = re.sub(r"leakshim-[^/'\"]*", "leakshim-?",
                                   json.dumps(seen[key], sort_keys=True))
                seen[key] = re.sub(r"/tmp[\w.-]+", "/tmp?", seen[key])
            # Depends on what a collection's timing freed so far.
            del seen["young"]
        for key in sorted(one):
            equal(other[key], one[key], "%s: %s" % (name, key))


def nobody_stays(options):
    @test("what a program drops dies: " + (options or "by default"))
    def all_die(python):
        _, shim = both(python, "mortals.py", options=options)
        equal(shim.stdout, "alive: 0\nblocks: the same\n", "stdout")


for each in ("", "track=sample=1000", "track=gc", "track=none", "backtrace=0",
             "native=8", "max_table=64k"):
    nobody_stays(each)


@test("output to closed descriptors fails the same way", sample=True)
def closed(python):
    for closing in (">&-", "2>&-", "<&-", ">&- 2>&- <&-"):
        program = ("import os, sys\n"
                   "os.system(%r)\n"
                   "sys.stdout.write('done\\n')\n" % (
                       "%s -c 'print(1)' %s" % (
                           python.command[-1], closing)))
        if python.in_root or python.by_loader:
            raise Skip("its path differs inside")
        both(python, "-c", program)


# The chosen part of CPython's own tests for each change, and all of them.
PART = ["test_gc", "test_weakref", "test_generators", "test_dict",
        "test_list", "test_tuple"]
REST = ["test_descr", "test_subprocess", "test_os", "test_threading",
        "test_multiprocessing_fork", "test_multiprocessing_fork.test_processes",
        "test_multiprocessing", "test_capi"]
CHOSEN = {(2, 7), (3, 8), (3, 11), (3, 12), (3, 13), (3, 14), (3, 15)}


def results(run):
    """The result of each single test."""
    try:
        return clean(run.read("results.txt")).splitlines()
    except FileNotFoundError:
        # Files of doctests alone: what regrtest says at its end.
        return re.findall(r"^\d+ tests? (?:OK|failed|skipped).*$",
                          run.stdout, re.M)


def cpython_test(name):
    @test("CPython's own " + name, sample=True,
          only=lambda python: FULL or python.minor in CHOSEN)
    def one_file(python):
        starts_itself(python)
        # As a file: the interpreters differ in what they say of progress.
        runs = [python.run("cpython_tests.py", name, bare=bare, timeout=900)
                for bare in (True, False)]
        said = runs[0].stdout + runs[0].stderr
        if "no tests here" in said or "No module named" in said:
            raise Skip("it has no " + name)
        bare, shim = (sorted(results(run)) for run in runs)
        differing = sorted(set(shim) ^ set(bare))
        assert not differing, "with the shim, not bare: %s; bare only: %s" % (
            [line for line in differing if line in shim],
            [line for line in differing if line in bare])
        equal(runs[1].status, runs[0].status, "status")
        if not bare:
            raise Skip("it has no tests of that name")


for name in PART + (REST if FULL else []):
    cpython_test(name)

main()
