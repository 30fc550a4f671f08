#!/usr/bin/env python3
# Lost references and hidden cycles: each bug of tests/fixtures/planted.c is
# found for what it is, and its clean twin is not.
import os

import planted
from findings import (brief, frames, is_unhooked, line_marks, type_names,
                      verdict)
from harness import Skip, equal, main, once, test

N = 400  # old words may hold some twenty of them
MARKS = line_marks("planted.py")
LOST = ("lost-reference", "unreferenced")

# What: (verdict, type at the head, the line that made it).
PLANTED = {
    "list": (LOST, "list", "new"),
    "dict": (LOST, "dict", "new"),
    "tuple": (LOST, "tuple", "new"),
    "bytes": (LOST, "bytes", "new"),
    "int": (LOST, "int", "new"),
    "str": (LOST, "str", "new"),
    "float": (LOST, "float", "new"),
    "interned": (LOST, "str", "new"),
    "memory": (LOST, "(memory)", "new"),
    "instance": (LOST, "__main__.Owner", "instance"),
    "argument": (LOST, "list", "argument"),
    "error": (LOST, "list", "error"),
    "append": (LOST, "dict", "append"),
    "record": (LOST, "list", "record"),
    "no-gc": (("hidden-cycle", "no-gc-flag"), "__main__.Owner", "owner"),
    "traverse": (("hidden-cycle", "missing-traverse"), "__main__.Owner",
                 "owner"),
    "itself": (("hidden-cycle", "no-gc-flag"), "planted.NoGC", "itself"),
    "clear": (("uncollectable", "not-clearable"), "planted.ForgetsClear",
              "pair"),
}
GUILTY = {"no-gc": "planted.NoGC", "itself": "planted.NoGC",
          "traverse": "planted.ForgetsTraverse"}


def run(python, way, what):
    # Numbers of 2.7 live in blocks of many, which say nothing of one of them.
    if python.major == 2 and what in ("int", "float"):
        raise Skip("Python 2.7 keeps its numbers in blocks of their own")
    if what == "interned" and python.minor == (3, 12):
        raise Skip("Python 3.12 never frees interned strings")
    if python.major == 2 and what == "memory":
        raise Skip("PyMem_Malloc() of Python 2.7 is the C library's malloc()")
    done = python.run("planted.py", way, what, N, options="exitcode=23",
                      files=planted.files(python))
    equal(done.stderr, "", "stderr")
    return done


def failing(report):
    """What may make a gate fail: garbage that only waits does not."""
    return [f for f in report["findings"] if f["kind"] != "unreachable" and
            f["state"] != "startup"]


def add_tests(what, wanted, type_name, mark):
    @test("planted: %s" % what)
    def is_found(python):
        name = type_name
        if python.major == 2 and what == "bytes":
            name = "str"
        done = run(python, "leak", what)
        found = failing(done.report)
        briefs = [brief(f) for f in found]
        assert {verdict(f) for f in found} == {wanted}, briefs
        if what == "record" and not is_unhooked(python):
            # The C structure that held the only reference is lost as well.
            records = [f for f in found if type_names(f) == ["(memory)"]]
            assert sum(f["objects"] for f in records) >= 0.9 * N, briefs
            found = [f for f in found if f not in records]
        assert all(name in type_names(f) for f in found), briefs
        # A stale word here or there may keep some of them.
        # In lost memory it makes two of them one.
        key = "objects" if what == "memory" else "count"
        count = sum(f[key] for f in found)
        least = 0.8 if is_unhooked(python) else 0.9
        assert least * N <= count <= N, "%d of %d: %s" % (count, N, briefs)
        equal(done.status, 23, "status")
        example = max(found, key=lambda f: f["count"])
        if what in GUILTY:
            equal(example["hidden_by"]["type"], GUILTY[what], "guilty type")
            equal(example["hidden_by"]["member"], ".second", "member")
            assert GUILTY[what] in example["advice"], example["advice"]
        if what == "memory":
            assert "PyMem_Free" in example["advice"], example["advice"]
        elif wanted == LOST:
            equal(example["references"],
                  {"refcount": 1, "found": 0, "lost": 1}, "references")
        if not is_unhooked(python):
            lines = {(f, n) for _, f, n in frames(example)}
            # Of a cycle the same member is named wherever they stand.
            assert ("planted.py", MARKS[mark]) in lines, lines

    @test("planted: %s, done right" % what)
    def is_silent(python):
        done = run(python, "clean", what)
        equal([brief(f) for f in failing(done.report)], [], "findings")
        equal(done.status, 0, "status")


for each, (kind, head, line) in PLANTED.items():
    add_tests(each, kind, head, line)

SURPLUS = ("lost-reference", "surplus")
SETTINGS = "__main__.Settings"

# What: (type, holder, edge, the line that made it).
OVERCOUNTED = {
    "dict": ("dict", SETTINGS, ".dict", "long-lived dict"),
    "list": ("list", SETTINGS, ".list", "long-lived list"),
    "str": ("str", SETTINGS, ".str", "long-lived str"),
    "instance": ("__main__.Owner", SETTINGS, ".instance",
                 "long-lived instance"),
    "type": ("type", "module __main__", ".Class", None),
    "dealloc": ("type", "module planted", ".KeepsType", None),
}


def add_surplus(what, type_name, holder, edge, mark):
    @test("a living object is counted too often: %s" % what)
    def is_found(python):
        if python.major == 2 and what == "dealloc":
            raise Skip("Python 2.7 does not count a type's instances")
        if is_unhooked(python) and what == "type":
            raise Skip("what is larger than 512 bytes is C memory there")
        done = python.run("planted.py", "leak", "surplus-" + what, N,
                          options="exitcode=23", files=planted.files(python))
        found = failing(done.report)
        briefs = [brief(f) for f in found]
        equal([verdict(f) for f in found], [SURPLUS], briefs)
        equal(done.status, 0, "status: reported, does not fail")
        equal(type_names(found[0]), [type_name], "type")
        equal((found[0]["count"], found[0]["objects"]), (1, 1), "counts")
        equal(found[0]["held_by"], [{"type": holder, "edge": edge}],
              "held_by")
        n = found[0]["references"]
        equal(n["lost"], n["refcount"] - n["found"], "lost")
        assert 0.9 * N <= n["lost"] <= N, n
        assert "Py_DECREF" in found[0]["advice"], found[0]["advice"]
        if mark and not is_unhooked(python):
            lines = {(f, n) for _, f, n in frames(found[0])}
            assert ("planted.py", MARKS[mark]) in lines, lines

    @test("... and when it is released, not: %s" % what)
    def is_silent(python):
        done = python.run("planted.py", "clean", "surplus-" + what, N,
                          options="kinds=all:fail_on=all:exitcode=23",
                          files=planted.files(python))
        equal([brief(f) for f in failing(done.report)], [], "findings")


for each, row in OVERCOUNTED.items():
    add_surplus(each, *row)


@test("surplus fails where it is asked for")
def surplus_fails(python):
    done = python.run("planted.py", "leak", "surplus-dict", N,
                      options="exitcode=23:fail_on=lost-reference/surplus",
                      files=planted.files(python))
    equal(done.status, 23, "status")
    done = python.run("planted.py", "leak", "surplus-dict", N, format="text",
                      files=planted.files(python))
    assert ("LOST REFERENCE 1 object of dict" in done.stderr and
            "held by __main__.Settings .dict" in done.stderr), done.stderr


@test("a few references too many are not reported")
def few_too_many(python):
    done = python.run("planted.py", "leak", "surplus-dict", 90,
                      files=planted.files(python))
    equal([brief(f) for f in failing(done.report)], [], "findings")


SHAPES = ("plain", "packed", "tagged", "high", "inside", "shifted",
          "inverted", "sealed")
MANY = """
import planted, sys
kept = {'a': [1]}
planted.keep_many(kept, sys.argv[1], 400)
"""


@test("many pointers to one object hold it in any shape")
def many_shapes(python):
    files = dict(planted.files(python), **{"many.py": MANY})
    for shape in SHAPES:
        done = python.run("many.py", shape, files=files)
        equal([brief(f) for f in failing(done.report)], [],
              "findings, " + shape)
    done = python.run("many.py", "nowhere", files=files)
    equal([verdict(f) for f in failing(done.report)], [SURPLUS], "nowhere")


HELD_BY_LOST = """
import planted
class Owner(object): pass
shared, text = {'a': 1}, 'text %d' % id(planted)
for i in range(400):
    planted.leak_argument([shared, text, Owner()])
"""


@test("what is lost holds what it refers to")
def held_by_lost(python):
    done = python.run("-c", HELD_BY_LOST, files=planted.files(python))
    equal({verdict(f) for f in failing(done.report)}, {LOST}, "findings")


EMPTY = {
    "nothing": "pass",
    "the usual": "import argparse, json, logging, re, subprocess, threading",
    "much of the library": """
import collections, csv, ctypes, datetime, decimal, email, hashlib, pickle
import random, select, socket, sqlite3, struct, tempfile, unittest, zlib
import xml.etree.ElementTree as E
E.fromstring('<a><b/></a>'); decimal.Decimal(1) / 3
sqlite3.connect(':memory:').execute('select 1').fetchall()
""",
    "containers": """
import array, collections, functools, itertools, types, weakref
class Slots(object):
    __slots__ = ('a', '__weakref__')
class Plain(object):
    def method(self): pass
class List(list): pass
class Dict(dict): pass
def generate(n):
    held = [n]
    while True: yield held
def closure(n):
    held = [n]
    return lambda: held
kept = collections.deque(maxlen=500)
for i in range(2000):
    s, p = Slots(), Plain()
    s.a = [i]; p.a = {'k': str(i)}; p.b = 'text %d' % i
    l, d = List([[i]]), Dict(a=[i])
    l.x = d.y = [i]
    g = generate(i); next(g)
    kept.append([s, p, l, d, g, closure(i), p.method, weakref.ref(s),
                 {'number': i, 'text': 'm%d' % i}, {str(i)}, (i, str(i)),
                 frozenset([str(i)]), array.array('d', [i]), bytearray(100),
                 functools.partial(max, [i]), itertools.chain([[i]], [[i]]),
                 iter([[i]]), slice([i], 2), property(closure(i)), i + .5,
                 types.ModuleType('m%d' % i), 'x%d' % i, 1 << 100 + i % 7,
                 collections.OrderedDict(a=[i]), enumerate([[i]])])
    kept[-1][0].a.append(kept[-1][3]) if i % 3 else None
""",
    # Up to 3.7 an untracked dict's header has old data in it: here, of str.
    "dicts where texts were": """
texts = ['%031d' % i for i in range(500)]
texts = texts[::2]
del texts
kept = [{'a': 'v%d' % i} for i in range(700)]
""",
    # {id: reference}, of which the hash in a table is the address of a type.
    "subclasses": """
import weakref
kept = []
for n in range(1, 40):
    base = type('Base', (), {})
    kept.append([base] + [type('C%d' % i, (base,), {}) for i in range(n)])
    table = {}
    for each in kept[-1]:
        table[id(each)] = weakref.ref(each)
    kept[-1].append(table)
""",
    "threads": """
import threading
def work():
    for i in range(1000): [i, str(i), {i: [i]}]
threads = [threading.Thread(target=work) for _ in range(8)]
for t in threads: t.start()
for t in threads: t.join()
""",
}


def add_empty(name, program):
    @test("no false finding: %s" % name)
    def is_clean(python):
        done = python.run("-c", program, options="kinds=all")
        report = done.report
        equal(report["coverage"]["reachability"], True, "reachability")
        bad = [brief(f) for f in failing(report)]
        equal(bad, [], "findings")
        equal(done.status, 0, "status")


for each, text in EMPTY.items():
    add_empty(each, text)

HOLDERS = """
import ctypes, sys
keep = getattr(ctypes.pythonapi, 'Py_IncRef')
keep.argtypes = [ctypes.py_object]
keep.restype = None


class Packed(ctypes.Structure):
    _pack_ = 1
    _fields_ = [('odd', ctypes.c_char), ('address', ctypes.c_uint64)]


def hold(how):
    for i in range(100):
        o = [how, i]
        keep(o)
        how(id(o))
        del o


plain = (ctypes.c_uint64 * 100)()
tagged = (ctypes.c_uint64 * 100)()
high = (ctypes.c_uint64 * 100)()
packed = (Packed * 100)()
inside = (ctypes.c_uint64 * 100)()
n = [0, 0, 0, 0, 0]


def put(array, which, change):
    def how(address):
        array[n[which]] = change(address)
        n[which] += 1
    return how


def put_packed(address):
    packed[n[4]].address = address
    n[4] += 1


hold(put(plain, 0, lambda a: a))
hold(put(tagged, 1, lambda a: a | 1))
hold(put(high, 2, lambda a: a | 0x7ff8 << 48))
hold(put(inside, 3, lambda a: a + 16))
hold(put_packed)
for array in sys.argv[1:]:
    ctypes.memset(globals()[array], 0, ctypes.sizeof(globals()[array]))
"""


@test("a pointer of any shape holds")
def shapes(python):
    done = python.run("holders.py", files={"holders.py": HOLDERS})
    equal([brief(f) for f in failing(done.report)], [], "findings")


@test("... and one that is gone does not")
def no_shapes(python):
    for shape in ("plain", "tagged", "high", "inside", "packed"):
        done = python.run("holders.py", shape, files={"holders.py": HOLDERS})
        found = failing(done.report)
        # One of them has the function that made them all.
        assert {verdict(f) for f in found} == {LOST}, (
            shape, [brief(f) for f in found])
        count = sum(f["count"] for f in found)
        assert 90 <= count <= 100, (shape, count)


KEPT = """
import planted
for i in range(200): planted.keep_record([i])
"""


@test("memory of C that is reached holds what it has")
def c_memory(python):
    done = python.run("-c", KEPT, files=planted.files(python))
    equal([brief(f) for f in failing(done.report)], [], "findings")


CLASSES = """
import planted, sys
way = getattr(planted, sys.argv[1] + "_argument")
kept = {}
def make():
    class Local(object):
        def method(self): return super(Local, self).__init__()
        def other(self): return Local
    Local().method()
    Local().other()
    kept[id(Local)] = True
    way(Local)
for i in range(%d): make()
"""


@test("a lost class: its number as a key, its methods in the cache")
def classes(python):
    files = dict(planted.files(python), **{"classes.py": CLASSES % N})
    done = python.run("classes.py", "leak", files=files)
    found = failing(done.report)
    equal({verdict(f) for f in found}, {LOST}, "verdicts")
    count = sum(t["count"] for f in found for t in f["types"]
                if t["name"] == "type" or t["name"].endswith("Local"))
    assert count >= (0.8 if is_unhooked(python) else 0.9) * N, [
        brief(f) for f in found]
    done = python.run("classes.py", "clean", files=files)
    equal([brief(f) for f in failing(done.report)], [], "findings")


NUMBERS = """
import planted, sys
way = getattr(planted, sys.argv[1] + "_argument")
keys, members = {}, set()
for i in range(%d):
    held = [i]
    keys[id(held)] = members.add(id(held))
    way(held)
"""


@test("the hash of a number in a dict or set holds nothing")
def numbers(python):
    files = dict(planted.files(python), **{"numbers.py": NUMBERS % N})
    done = python.run("numbers.py", "leak", files=files)
    equal({verdict(f) for f in failing(done.report)}, {LOST}, "verdicts")
    count = sum(f["count"] for f in failing(done.report))
    assert count >= (0.8 if is_unhooked(python) else 0.9) * N, count
    done = python.run("numbers.py", "clean", files=files)
    equal([brief(f) for f in failing(done.report)], [], "findings")


KERNEL = """
import os, planted, select, sys
way, n = sys.argv[1], 50
if way == "ring":
    try:
        planted.start_ring()
    except OSError as e:
        sys.exit("no io_uring: %s" % e)
    planted.leak_list(n)
elif way == "unforked":
    for i in range(n): planted.keep_unforked([i])
elif way == "timer":
    for i in range(n): planted.keep_in_timer([i])
else:
    epoll = select.epoll()
    ends = [os.pipe() for i in range(n)]
    for i in range(n): planted.keep_in_epoll(epoll.fileno(), ends[i][0], [i])
    if way == "closed":
        epoll.close()
"""


@test("what the kernel keeps for epoll and timers is held by it")
def kernel(python):
    files = dict(planted.files(python), **{"kernel.py": KERNEL})
    for way in ("epoll", "timer"):
        done = python.run("kernel.py", way, files=files)
        equal([brief(f) for f in failing(done.report)], [], way)
        equal(done.report["coverage"]["reachability"], True, way)
    done = python.run("kernel.py", "closed", files=files)
    equal([verdict(f) for f in failing(done.report)], [LOST], "epoll closed")


@test("memory that children do not get is looked at, or not: no accusation")
def unforked(python):
    files = dict(planted.files(python), **{"kernel.py": KERNEL})
    done = python.run("kernel.py", "unforked", files=files)
    equal(done.stderr, "", "stderr")
    equal([brief(f) for f in failing(done.report)], [], "findings")
    missed = [m["why"] for m in done.report["coverage"]["missed"]]
    equal(done.report["coverage"]["reachability"],
          not any("MADV_DONTFORK" in m for m in missed), "reachability")


@test("where an io_uring may hold something nothing is accused")
def ring(python):
    files = dict(planted.files(python), **{"kernel.py": KERNEL})
    done = python.run("kernel.py", "ring", files=files)
    if "no io_uring" in done.stderr:
        raise Skip(done.stderr.strip())
    equal([brief(f) for f in failing(done.report)], [], "findings")
    equal(done.report["coverage"]["reachability"], False, "reachability")
    assert any("io_uring" in m["why"] for m in
               done.report["coverage"]["missed"]), done.report["coverage"]


@test("what an extension made once, when it was initialized, is not accused",
      lambda p: p.major == 3)
def initialization(python):
    done = python.run("-c", "import planted", files=planted.files(python),
                      env={"PLANTED_CONSTANTS": "1"})
    equal([brief(f) for f in failing(done.report)], [], "findings")
    missed = {m["what"]: m for m in done.report["coverage"]["missed"]}
    assert 1 <= missed["lost-reference"]["count"] <= 5, missed


ASKS = """
import gc, sys, planted
gc.disable()
kept = []
for i in range(200):
    o = planted.Asks()
    if sys.argv[1] == 'leak':
        planted.leak_argument(o)
        del o.first
    else:
        kept.append(o)
    del o
gc.enable()
"""


@test("no type is asked about objects that are not whole",
      lambda p: p.major == 3)
def not_asked(python):
    for way, wanted in (("leak", {LOST}), ("clean", set())):
        done = python.run("asks.py", way, files=dict(
            planted.files(python), **{"asks.py": ASKS}))
        equal(done.status, 0, "status")
        found = failing(done.report)
        equal({verdict(f) for f in found}, wanted, way)
        count = sum(f["count"] for f in found)
        assert count >= (180 if wanted else 0), count


REBORN = """
import sys, tracemalloc
numbers = [i + .5 for i in range(600)]
dead = [(number, i) for i, number in enumerate(numbers)]
del dead, numbers
if sys.argv[1] == 'trace':
    tracemalloc.start()
kept = [(str(i), i + .5) for i in range(600)]
if sys.argv[1] == 'trace':
    tracemalloc.stop()
"""


@test("what was born while another tool watched is alive",
      lambda p: p.major == 3)
def reborn(python):
    for way in ("trace", "no"):
        done = python.run("-c", REBORN, way)
        equal([brief(f) for f in failing(done.report)], [], "findings")
        equal(done.report["coverage"]["reachability"], True, "reachability")


RESURRECTED = """
import planted
kept = []
class Plain(object):
    def __init__(self, i):
        self.held, self.table = [i], {i: str(i)}
    def __del__(self):
        kept.append(self)
class Tuple(tuple):
    def __del__(self):
        kept.append(self)
class Slots(object):
    __slots__ = ('held',)
    def __del__(self):
        kept.append(self)
for i in range(200):
    Plain(i)
    Tuple(([i], 'x%d' % i))
    s = Slots()
    s.held = [i]
    del s
planted.leak_list(100)
"""


@test("what a finalizer put back into use is alive")
def resurrected(python):
    done = python.run("-c", RESURRECTED, files=planted.files(python))
    found = failing(done.report)
    found = [f for f in found if f["kind"] != "resurrected"]
    equal([(verdict(f), type_names(f)) for f in found], [(LOST, ["list"])],
          "findings")
    assert 80 <= found[0]["count"] <= 100, found[0]["count"]


DYING = """
import sys
N = int(sys.argv[1]) if len(sys.argv) > 1 else 200
import collections
def main(n):
    for i in range(n):
        collections.namedtuple("P", "x y")

main(N)
"""


@test("old data that looks like an object is not accused")
def old_data(python):
    done = python.run("case.py", 200, options="kinds=all",
                      files={"case.py": DYING})
    equal([brief(f) for f in failing(done.report)], [], "findings")


HALF = """
import sys, threading, time
class Slow(object):
    def __del__(self):
        is_there.set()
        time.sleep(1000)
def work():
    items = [[i] for i in range(40000)]
    half = make(items + [Slow()])  # a list's last item goes first
    del items, half
make = getattr(__builtins__, sys.argv[1])
is_there = threading.Event()
t = threading.Thread(target=work)
t.daemon = True
t.start()
is_there.wait(60)
"""


@test("what hangs on an object that is being destroyed is alive")
def half_destroyed(python):
    for make in ("list", "tuple"):
        done = python.run("-c", HALF, make)
        equal([brief(f) for f in failing(done.report)], [], make)


@test("reachability=0 does not look")
def switched_off(python):
    done = python.run("planted.py", "leak", "list", N,
                      options="reachability=0", files=planted.files(python))
    equal([brief(f) for f in failing(done.report)], [], "findings")
    equal(done.report["coverage"]["reachability"], False, "reachability")


@test("what was not recorded is counted, not accused",
      lambda p: p.major == 3)
def not_recorded(python):
    if python.is_debug:
        raise Skip("what debugging allocators add hides objects from the search")
    for track in ("none", "sample=1000000000"):
        done = python.run("planted.py", "leak", "list", N,
                          options="track=" + track,
                          files=planted.files(python))
        equal([brief(f) for f in failing(done.report)], [], "findings")
        missed = {m["what"]: m for m in done.report["coverage"]["missed"]}
        assert missed["lost-reference"]["count"] >= 0.9 * N, missed
    done = python.run("planted.py", "leak", "list", N, options="track=gc",
                      files=planted.files(python))
    equal({verdict(f) for f in failing(done.report)}, {LOST}, "track=gc")


@test("isolate=0 finds the same")
def in_process(python):
    for what in ("list", "no-gc"):
        done = python.run("planted.py", "leak", what, N, options="isolate=0",
                          files=planted.files(python))
        found = failing(done.report)
        assert {verdict(f) for f in found} == {PLANTED[what][0]}, [
            brief(f) for f in found]


@test("a debugging allocator does not matter", lambda p: p.major == 3)
def debug_allocator(python):
    for allocator in ("malloc", "debug", "malloc_debug"):
        for way, wanted in (("leak", {LOST}), ("clean", set())):
            done = python.run("planted.py", way, "dict", N,
                              env={"PYTHONMALLOC": allocator},
                              files=planted.files(python))
            found = failing(done.report)
            assert {verdict(f) for f in found} == wanted, (
                allocator, [brief(f) for f in found])


main()
