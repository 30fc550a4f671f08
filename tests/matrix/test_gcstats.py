#!/usr/bin/env python3
# The collections that are counted are those that gc.DEBUG_STATS tells of.
import re

from findings import is_unhooked
from harness import equal, main, test

PROGRAM = """\
import gc, sys

class Busy(object):
    # A collection inside a collection is none.
    def __init__(self): self.me = [self, gc]
    if sys.version_info[0] > 2:
        def __del__(self): gc.collect()

def work():
    for n in range(3000):
        ring = [[]]
        ring[0].append(ring)
    Busy()

gc.collect()
gc.set_debug(gc.DEBUG_STATS)
sys.stderr.write("BEGIN\\n")
work()
gc.set_threshold(50, 3, 2)
work()
for generation in (0, 1, 2, 0, 0, 2, 2, 1, 1, 2):
    gc.collect(generation)
gc.collect()
try:
    gc.collect(7)
except ValueError:
    pass
gc.disable()
work()
gc.collect(generation=0)
gc.enable()
work()
sys.stderr.write("END\\n")
gc.set_debug(0)
"""


def told(run, pattern):
    part = run.stderr.partition("BEGIN\n")[2].partition("END\n")[0]
    return [int(n) for n in re.findall(pattern, part, re.M)]


@test("collections are counted as DEBUG_STATS has them")
def counted(python):
    # -u: up to 3.8 sys.stderr keeps a block, and our lines come before it.
    run = python.run("-u", "-c", PROGRAM, options="gcstats=1")
    equal(run.status, 0, "status")
    own = told(run, r"^gc: collecting generation (\d)")
    ours = told(run, r"leakshim: gc generation (\d): ")
    assert len(own) > 20 and {0, 1, 2} == set(own), own
    if is_unhooked(python):
        equal(ours, [], "lines of a static 2.7")
        return
    equal(ours, own, "generations")
    for k, generation in enumerate(run.report["gc"]["generations"]):
        assert generation["collections"] >= own.count(k), generation
        assert 0 < generation["longest_seconds"] <= generation["seconds"]
        assert (generation["collected"] is None) == (python.major == 2)


@test("a static 2.7 says that it does not know", only=is_unhooked)
def unknown(python):
    for generation in python.run("-c", "pass").report["gc"]["generations"]:
        equal(set(generation.values()), {None}, "a generation")


main()
