#!/usr/bin/env python3
# no_leaks finds a single lost object, whatever lay on the stack before, and in
# any layout of the address space.
import json

import harness
import planted
from findings import is_unhooked
from harness import Skip, equal, main, test

with open(harness.TOP + "/src/interface/leakshim.py", encoding="utf-8") as f:
    HELPER = f.read()


def run(python, *arguments, **keywords):
    if is_unhooked(python):
        raise Skip("a statically linked 2.7 records no allocations: no marks")
    done = python.run("single.py", *arguments, timeout=300, files=dict(
        planted.files(python), **{"leakshim.py": HELPER}), **keywords)
    equal((done.status, done.stderr), (0, ""), "its end")
    return done


def add(way, padding, sample):
    @test("one lost object, by %s, %d bytes of environment" % (way, padding),
          sample=sample)
    def single(python):
        done = run(python, way, format="text", options="log_path=report",
                   env={"PADDING": "x" * padding})
        lines = done.stdout.splitlines()
        equal(len(lines), 6, "lines")
        hits = []
        for line in lines:
            _, wanted, found = line.split(None, 2)
            hits += [n == int(wanted) for n in json.loads(found)]
        # Two of 24 were missed at most (3.6.15, deep: 2026-11-30).
        assert hits.count(True) >= len(hits) * 3 // 4, lines


for each in ("with", "decorator", "deep"):
    add(each, 0, False)
    add(each, 2968, True)


@test("no_leaks accuses nothing that is held, by a stack or otherwise")
def clean(python):
    done = run(python, "clean", format="text", options="log_path=report")
    equal(done.stdout, "clean\n", "stdout")


main()
