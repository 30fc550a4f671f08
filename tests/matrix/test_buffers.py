#!/usr/bin/env python3
# What an object keeps outside of itself is a part of its size, in every kind.
import json

from findings import is_unhooked, the_one
from harness import Skip, main, test

COUNT = 12  # of each, as buffers.py has it
SMALL, LARGE = 2000, 300000  # in malloc's heap, and with a mapping of its own
NAMES = ["bytearray", "array", "BytesIO", "StringIO", "Accumulating", "ctypes", "Foreign",
         "Indirect", "deque", "memoryview", "bytes", "mmap"]


def most(name, n):
    """Within a factor of 1.2, and what is always there."""
    # Room for more text, and in 2.7 four bytes for each character.
    factor = 4 if name == "Accumulating" else 1
    return factor * n * 1.2 + 700


def about(report, name):
    """Bytes of each object in the finding about the class, and how many."""
    finding = the_one(report, "__main__.%sHolder" % name)
    least = COUNT if finding["kind"] != "lost-reference" else COUNT // 2
    assert finding["count"] >= least, finding
    assert sum(each["bytes"] for each in finding["types"]) == (
        finding["bytes"]), finding
    return finding["bytes"] / finding["count"]


def wrong(report, n):
    """Of some, an old word in a variable of C may lead to a few blocks."""
    found = {name: about(report, name) for name in NAMES}
    if sum(found.values()) < len(NAMES) * n / 1.2:
        return found
    return {name: bytes_ for name, bytes_ in found.items()
            if not n / 3 <= bytes_ <= most(name, n)}


def run(python, way, n, *words, options="kinds=all"):
    done = python.run("buffers.py", way, n, *words, options=options)
    assert done.status == 0, done.status
    return done


def way_test(way, n):
    @test("buffers of %d bytes: %s" % (n, way), sample=True)
    def each_kind(python):
        report = run(python, way, n).report
        if not report["coverage"]["reachability"]:
            raise Skip("no reachability analysis here")
        found = wrong(report, n)
        assert not found, found


for each_way in "cycle", "lost", "saveall":
    for each_n in SMALL, LARGE:
        way_test(each_way, each_n)


@test("what another object holds as well is not counted", sample=True)
def held(python):
    report = run(python, "held", LARGE).report
    for name in NAMES:
        assert about(report, name) < 2000, (name, about(report, name))


@test("growth: few that are large", sample=True)
def growth(python):
    done = run(python, "growth", LARGE, *NAMES, options="growth=3")
    report = json.loads(done.read("check4.json"))
    found = [f for f in report["findings"] if f["kind"] == "growth"]
    total = sum(f["bytes"] for f in found)
    # The interpreter's own lists and numbers are in it, too.
    wanted = len(NAMES) * 5 * COUNT * LARGE
    assert wanted / 1.2 < total < wanted * 1.5, (
        total, wanted, [(f["bytes"], [t["name"] for t in f["types"]])
                        for f in found])


main()
