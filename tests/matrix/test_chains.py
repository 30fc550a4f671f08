#!/usr/bin/env python3
# Long lists of the C heap, as C++ programs have: all that hangs on one object is
# its, however much, and what grows in one is held by it.
import json
import os

import harness
import planted
from findings import brief, is_failing
from harness import equal, main, test

HELPER = os.path.join(harness.TOP, "src", "interface", "leakshim.py")
MANY = 6000  # more than an object has by far, mostly

LOST = """
import chain, sys
class Item(object): pass
for k in range(5):
    c = chain.Chain()
    for i in range(int(sys.argv[1])):
        chain.put(c, Item())
    if len(sys.argv) > 2:
        chain.lose(c)
del c
"""


def lose(python, *arguments):
    done = python.run("lost.py", *arguments, files=dict(
        planted.files(python, "chain"), **{"lost.py": LOST}))
    equal((done.status, done.stderr), (0, ""), "result")
    return [f for f in done.report["findings"] if is_failing(f)]


@test("what is lost with the first of a long list is one finding",
      only=lambda p: p.major > 2)
def lost(python):
    found = lose(python, MANY, "lost")
    # An old word that leads to one of its members may hold those behind it.
    equal([f["types"][0]["name"] for f in found], ["chain.Chain"],
          [brief(f) for f in found])
    assert found[0]["count"] >= 3, found[0]["count"]
    equal(lose(python, MANY), [], "nothing is lost")


GROWING = """
import chain, json, leakshim, sys
class Item(object): pass
chains = [chain.Chain(), chain.GcChain()]
for k in range(5):
    for i in range(100):
        chain.put(chains[sys.argv[1] == "GcChain"], Item())
    report = leakshim.check()
with open("last.json", "w") as f:
    json.dump(report, f)
"""


@test("what grows in a list that tp_traverse does not know",
      only=lambda p: p.major > 2)
def growing(python):
    with open(HELPER, encoding="utf-8") as f:
        files = dict(planted.files(python, "chain"),
                     **{"leakshim.py": f.read(), "growing.py": GROWING})
    for name in ("Chain", "GcChain"):
        done = python.run("growing.py", name, files=files, options="growth=3")
        equal((done.status, done.stderr), (0, ""), name)
        report = json.loads(done.read("last.json"))
        found = [f for f in report["findings"] if f["kind"] == "growth"]
        equal([(f["types"][0]["name"], f["objects"] >= 500)
               for f in found], [("__main__.Item", True)], name)
        assert found[0]["growth"]["path"], found[0]["growth"]


main()
