#!/usr/bin/env python3
# No false accusations: a sample of what tests/clean runs, and its judge.
import os
import sys
import tempfile

import harness
import planted
from harness import Skip, equal, main, once

sys.path.insert(0, os.path.join(harness.TOP, "tests", "clean"))
import importlib.machinery  # noqa: E402
import importlib.util  # noqa: E402

import judge  # noqa: E402

SAMPLE = ("test_struct", "test_weakref", "test_csv")


def load(name):
    """A script of tests/clean as a module."""
    path = os.path.join(judge.HERE, name)
    loader = importlib.machinery.SourceFileLoader(name, path)
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


def first_python(is_wanted=lambda python: True):
    for python in harness.pythons()[0]:
        if python.minor >= (3, 8) and not python.by_loader and is_wanted(
                python):
            return python
    raise Skip("no Python 3.8 or later here")


@once("CPython's own tests: no false findings")
def sample():
    stdlib = load("stdlib")
    python = first_python()
    for name in SAMPLE:
        verdict, remarks = stdlib.run_file(python, name, [], mode="",
                                            is_compared=False)
        equal((verdict, remarks), ("clean", []), "%s, %s" % (python.name,
                                                             name))


def read(text):
    with tempfile.NamedTemporaryFile("w", suffix=".accepted") as f:
        f.write(text)
        f.flush()
        return judge.read_accepted(f.name)


ENTRY = "%s planted* lost-reference/unreferenced list new_reference\n"
EVIDENCE = "    PyList_New() in planted.c, never released\n"


@once("a leak is accused unless it is on the list")
def accuses():
    python = first_python()
    done = python.run("planted.py", "leak", "list", 100,
                      files=planted.files(python))
    for text, wanted in (
            ("", "accused"),
            (ENTRY % python.name + EVIDENCE, "accepted"),
            (ENTRY % "other-*,pyenv-0.*" + EVIDENCE, "accused"),
            (ENTRY.replace("list", "dict") % "*" + EVIDENCE, "accused"),
            (ENTRY.replace("new_", "old_") % "*" + EVIDENCE, "accused")):
        entries = read(text)
        verdict, remarks, objects = judge.judge(python.name, "planted",
                                                done.reports, entries)
        equal(verdict, wanted, text)
        equal(bool(remarks), wanted == "accused", text)
        if wanted == "accepted":
            assert objects >= 90, objects
            equal(entries[0].n_used, 1, "uses of the entry")


@once("a report without reachability proves nothing")
def blind():
    python = first_python()
    done = python.run("-c", "pass", options="reachability=0")
    equal(judge.judge(python.name, "x", done.reports, [])[0], "blind",
          "verdict")
    equal(judge.judge(python.name, "x", [], [])[0], "blind", "of no report")


@once("an entry of the list needs evidence")
def evidence():
    judge.read_accepted()
    try:
        read(ENTRY % "*")
    except AssertionError:
        return
    raise AssertionError("an entry without evidence was read")


main()
