#!/usr/bin/env python3
# Sizes are those of sys.getsizeof(): the program measures, the report is compared.
import json

from findings import the_one
from harness import equal, main, test

PROGRAM = '''\
import collections, gc, json, sys
gc.disable()
sizes = {}


def leak(name, make, close):
    """One object of a class of that name in a cycle with itself."""
    o = make(type(name, bases[name], {"__slots__": slots.get(name, ())}))
    close(o)
    sizes[name] = sys.getsizeof(o)


def attribute(o):
    o.me = o


bases = {"OfList": (list,), "OfDict": (dict,),
         "OfDeque": (collections.deque,), "Slots": (object,),
         "Ordered": (collections.OrderedDict,)}
slots = {"Slots": ("me", "other", "third")}
leak("OfList", lambda t: t(range(100)), lambda o: o.append(o))
leak("OfDict", lambda t: t.fromkeys(range(100)), lambda o: o.update(me=o))
leak("Slots", lambda t: t(), attribute)
if sys.version_info[0] > 2:  # in Python before, with a dict of its own
    leak("Ordered", lambda t: t((n, n) for n in range(50)),
         lambda o: o.update(me=o))
leak("OfDeque", lambda t: t(range(200)), lambda o: o.append(o))


class HashedSet(set):
    __slots__ = ()
    __hash__ = object.__hash__


o = HashedSet(range(100))
o.add(o)
sizes["HashedSet"] = sys.getsizeof(o)
del o
with open("sizes.json", "w") as f:
    json.dump(sizes, f)
'''


@test("sizes are sys.getsizeof's")
def sizes(python):
    run = python.run("program.py", files={"program.py": PROGRAM},
                     options="kinds=all")
    equal((run.status, run.stderr), (0, ""), "result")
    told = json.loads(run.read("sizes.json"))
    assert len(told) == (6 if python.major > 2 else 5), told
    for name, size in told.items():
        finding = the_one(run.report, "__main__." + name)
        found = [each["bytes"] for each in finding["types"]
                 if each["name"] == "__main__." + name]
        equal(found, [size], name)


CAUGHT = """
import gc
gc.disable()


def keep():
    try:
        1 / 0
    except ZeroDivisionError as e:
        kept = e
        frame = kept.__traceback__.tb_frame


keep()
"""


@test("a frame is as large as its code says", only=lambda p: p.major > 2)
def frame(python):
    finding = the_one(python.run("-c", CAUGHT, options="kinds=all").report,
                      "ZeroDivisionError")
    sizes = {each["name"]: each["bytes"] for each in finding["types"]}
    assert 100 < sizes["frame"] < 1500, sizes
    assert sum(sizes.values()) == finding["bytes"] < 2000, finding


HEAP = """
import gc, sys
gc.disable()
kept = [[] for i in range(20000)]
n = getattr(sys, 'getallocatedblocks', lambda: 0)()
print('%d %d' % (len(gc.get_objects()), n))
"""


@test("the heap's numbers are those that the interpreter has")
def heap(python):
    done = python.run("-c", HEAP)
    tracked, blocks = map(int, done.stdout.split())
    seen = done.report["heap"]
    assert abs(seen["tracked"] - tracked) <= 0.01 * tracked, (seen, tracked)
    assert tracked <= seen["objects"] <= 2 * tracked, (seen, tracked)
    if python.name == "bullseye-2.7":
        equal((seen["blocks"], seen["bytes"]), (None, None), "unhooked")
        return
    # In 3.6 the hooks come when the interpreter is up.
    part = 0.2 if python.minor == (3, 6) else 0.02
    assert not blocks or abs(seen["blocks"] - blocks) <= part * blocks, (
        seen, blocks)
    assert 20000 * 56 <= seen["bytes"] <= seen["blocks"] * 200, seen
    done = python.run("-c", HEAP, options="track=sample=4096")
    seen = done.report["heap"]
    equal((seen["blocks"], seen["bytes"]), (None, None), "with samples")


main()
