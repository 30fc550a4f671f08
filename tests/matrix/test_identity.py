#!/usr/bin/env python3
# What is still there after the last collection is told by identity: an address
# alone may be another object's by then.
from findings import about, the_one, verdict
from harness import Skip, equal, main, test

PROGRAM = """\
import gc
class Ring(object): pass
one, two = Ring(), Ring()
one.other, two.other = two, one
del one, two
kept = property(lambda self: None)
kept.__init__(kept)
del kept
"""


@test("objects at the address of freed ones are not accused")
def reborn(python):
    run = python.run("reborn.py")
    equal((run.status, run.stderr), (0, ""), "result")
    found = about(run.report, "__main__.Node")
    assert found, "the garbage before the last collection"
    for finding in found:
        equal(verdict(finding), ("unreachable", "pending"), "verdict")


def still_there(python):
    """What the interpreter itself says of the property (3.14.10 mended it)."""
    run = python.run("-c", PROGRAM + "gc.collect()\nprint(gc.collect())\n",
                     bare=True)
    return int(run.stdout) > 0


@test("what really survives the last collection is")
def survives(python):
    wanted = ("uncollectable", "not-clearable") if still_there(python) else \
        ("unreachable", "pending")
    run = python.run("-c", PROGRAM)
    equal(verdict(the_one(run.report, "property")), wanted,
          "verdict of the property")
    finding = the_one(run.report, "__main__.Ring")
    equal(verdict(finding), ("unreachable", "pending"), "verdict of the ring")


main()
