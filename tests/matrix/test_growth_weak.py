#!/usr/bin/env python3
# growth=N: what goes with garbage, by the callback of a weak reference, is no
# growth while the garbage waits for the collector.
import json
import os

import harness
from harness import equal, main, test

CHECKS, STEP = 5, 40
with open(os.path.join(harness.TOP, "src", "interface", "leakshim.py"),
          encoding="utf-8") as f:
    HELPER = f.read()
PROGRAM = """
import gc, json, sys, weakref
import leakshim
class Item(object):
    def __init__(self):
        self.itself = self
class Key(object): pass
class Value(object): pass
gc.disable()
kept = []
of_items = weakref.WeakSet()
of_values = weakref.WeakKeyDictionary()
by_name = weakref.WeakValueDictionary()
by_key = weakref.WeakValueDictionary()
plain = []
def serve(name, way):
    item = Item()
    if way == "kept":
        kept.append(item)
    if way == "plain":
        plain.append(weakref.ref(item))
        return
    of_items.add(item)
    of_values[item] = Value()
    by_name[name] = item
    by_key[Key()] = item
for k in range(%d):
    for n in range(%d):
        serve("item %%d of %%d" %% (n, k), sys.argv[1])
    report = leakshim.check()
with open("last.json", "w") as f:
    json.dump(report, f)
""" % (CHECKS, STEP)


def grown(python, way):
    """{short name of a type: objects that have become more}."""
    run = python.run("weak.py", way, options="growth=3", timeout=300,
                     files={"weak.py": PROGRAM, "leakshim.py": HELPER})
    equal(run.status, 0, "status")
    found = {}
    for f in json.loads(run.read("last.json"))["findings"]:
        for t in f["types"] if f["kind"] == "growth" else ():
            name = t["name"].split(".")[-1]
            found[name] = found.get(name, 0) + t["count"]
    return found


@test("entries of weak containers whose objects are garbage do not grow")
def goes(python):
    found = grown(python, "dropped")
    wrong = {"Item", "Key", "Value", "KeyedRef", "ReferenceType", "weakref",
             "str"} & set(found)
    equal(wrong, set(), "what grows, of %r" % found)


@test("entries of weak containers whose objects are kept grow")
def stays(python):
    found = grown(python, "kept")
    for name in ("Item", "Key", "Value"):
        assert found.get(name, 0) >= 0.95 * CHECKS * STEP, found


@test("weak references without a callback grow, whatever they refer to")
def remains(python):
    found = grown(python, "plain")
    assert sum(found.get(name, 0) for name in ("ReferenceType", "weakref")
               ) >= 0.95 * CHECKS * STEP, found


main()
