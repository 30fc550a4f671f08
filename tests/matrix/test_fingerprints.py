#!/usr/bin/env python3
"""The variants of one cause are one finding, with one fingerprint."""

import importlib.machinery
import importlib.util
import os
import sys

import planted
from findings import brief, is_unhooked
from harness import TOP, Skip, equal, main, test

ALL = range(8)


def run(python, what, variants):
    done = python.run("variants.py", what, *variants,
                      files=planted.files(python), options="kinds=all")
    equal((done.status, done.stderr), (0, ""), "result")
    wanted = "lost-reference" if what == "lost" else "unreachable"
    return [f for f in done.report["findings"]
            if f["kind"] == wanted and f["state"] != "startup"]


def add(what, names):
    @test("one fingerprint for all variants of %s" % what, sample=True)
    def variants(python):
        if is_unhooked(python):
            raise Skip("a static 2.7 has no hooks")
        prints = set()
        # Lost more than once: an old word may hold one of them.
        for of_one in [[v] * 3 for v in ALL] + [ALL]:
            found = run(python, what, of_one)
            equal([f["types"][0]["name"] for f in found], names,
                  [brief(f) for f in found])
            prints.add(found[0]["fingerprint"])
            if what != "lost":
                equal(found[0]["count"], len(of_one), "islands")
        equal(len(prints), 1, "fingerprints %s" % prints)


add("cycle", ["__main__.A"])
add("rings", ["__main__.A"])
add("lost", ["list"])


@test("variants without a leak are silent", sample=True)
def clean(python):
    equal(run(python, "clean", ALL), [], "findings")


def load_flicker():
    """tests/flicker runs all programs, and more often."""
    path = os.path.join(TOP, "tests", "flicker")
    loader = importlib.machinery.SourceFileLoader("flicker", path)
    spec = importlib.util.spec_from_loader("flicker", loader)
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True  # tests/ may be read-only
    loader.exec_module(module)
    return module


flicker = load_flicker()

for each in (flicker.fixture("planted.py", ("leak", "append", 100), "planted"),
             flicker.fixture("graphs.py", (1, 300), None),
             flicker.memory("strdup")):
    @test("the same each time: " + each.name, sample=True,
          only=lambda python: python.minor in flicker.MINORS)
    def same(python, program=each):
        wrong, _ = flicker.flickers(python, program, 3)
        equal(wrong, [], "what differs")


main()
