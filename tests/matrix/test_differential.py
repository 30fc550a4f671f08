#!/usr/bin/env python3
# Exactness: what leakshim finds unreachable is, address by address, what the
# collector finds unreachable a moment later.
#
# fixtures/graphs.py grows a random graph and lets the collection at its end
# print what it finds.  LEAKSHIM_TEST_UNREACHABLE lets the shim write its own
# set.  A test that fails names the seed; by hand:
#     tests/run-python NAME graphs.py SEED
import collections
import re

from harness import FULL, equal, main, test

SEEDS = range(20) if FULL else range(2)
FOUND = "unreachable.txt"
LINE = re.compile(r"gc: (?:un)?collectable <(.*?) ?(?:instance at )?"
                  r"0x([0-9a-f]+)>\n")


def collectors_set(run):
    """{address: type} of the first collection that was told of."""
    told, done, _ = run.stderr.partition("gc: done")
    assert done, "the interpreter ended without a collection"
    return {int(address, 16): name
            for name, address in LINE.findall(told)}


def our_set(run):
    return {int(line, 16) for line in run.read(FOUND).split()}


def compare(python, seed, size, least, options=""):
    run = python.run("graphs.py", seed, size, options=options,
                     env={"LEAKSHIM_TEST_UNREACHABLE": FOUND})
    equal(run.status, 0, "status with seed %d" % seed)
    wanted = collectors_set(run)
    ours = our_set(run)
    assert len(wanted) >= least, "only %d objects of garbage" % len(wanted)
    missed = collections.Counter(
        wanted[address] for address in wanted.keys() - ours)
    equal(dict(missed), {}, "missed with seed %d" % seed)
    equal(len(ours - wanted.keys()), 0, "too many with seed %d" % seed)


def seed_test(seed):
    @test("the same objects as the collector, seed %d" % seed)
    def random_graph(python):
        compare(python, seed, 500, 1000)


for each in SEEDS:
    seed_test(each)


@test("... in a graph of 100,000 objects", sample=True)
def large_graph(python):
    compare(python, 99, 6000, 10000)


@test("... analysed in the process itself")
def in_process(python):
    compare(python, 5, 300, 500, options="isolate=0")


@test("... with nothing but what start-up left")
def empty_graph(python):
    compare(python, 0, 1, 0)


main()
