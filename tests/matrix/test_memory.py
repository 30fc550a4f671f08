#!/usr/bin/env python3
"""Lost memory of the C heap, and memory that only looks so."""

import os

import harness
import planted
from findings import brief, frames, is_unhooked, type_names, verdict
from harness import Skip, equal, test

N = 300

PROGRAM = """
import sys
import threading
import cmemory

small = []

def grow(kind, n):
    for _ in range(n):
        cmemory.leak(kind, 1)     # one
        if kind == 'mapped':
            # Arenas come between, and last.
            small.append([[] for _ in range(200)])

def main():
    way, what, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
    def do():
        if way == 'leak':
            grow(what, n)
        else:
            getattr(cmemory, way)(what, n)
    if len(sys.argv) > 4:
        thread = threading.Thread(target=do)
        thread.start()
        thread.join()
    else:
        do()

main()
"""
LINE = 1 + PROGRAM.split("# one")[0].count("\n")


def run(python, way, what, n=N, *more, **options):
    if is_unhooked(python):
        raise Skip("a static 2.7 has no hooks")
    files = dict(planted.files(python, "cmemory"), **{"memory.py": PROGRAM})
    done = python.run("memory.py", way, what, n, *more, files=files, **options)
    equal(done.stderr, "", "stderr")
    equal(done.stdout, "", "stdout")
    return done


def failing(report):
    return [f for f in report["findings"] if f["kind"] != "unreachable" and
            f["state"] != "startup"]


# What: (blocks of each, the function that asked).
KINDS = {
    "malloc": (1, "take_malloc"),
    "calloc": (1, "take_calloc"),
    "realloc": (1, "take_realloc"),
    "memalign": (1, "take_memalign"),
    "strdup": (1, "take_strdup"),
    "asprintf": (1, "take_asprintf"),
    "mapped": (1, "take_malloc"),
    "node": (2, "take_node"),
    "ring": (4, "take_node"),
    "unlocked": (1, "take_malloc"),
    "unlocked_strdup": (1, "take_strdup"),
}
LIBRARY = ("strdup", "asprintf", "unlocked_strdup")


def add_kind(what, blocks, function):
    @test("lost memory: %s" % what)
    def is_found(python):
        done = run(python, "leak", what, options="exitcode=23")
        found = failing(done.report)
        briefs = [brief(f) for f in found]
        equal({verdict(f) for f in found},
              {("lost-reference", "unreferenced")}, briefs)
        equal([type_names(f) for f in found], [["(memory)"]], briefs)
        example = found[0]
        # A stale word here or there may keep some of them; one in lost
        # memory makes two of them one.
        sizes = example["count"], example["objects"]
        assert 0.5 * N <= sizes[0] <= N, sizes
        assert 0.9 * N * blocks <= sizes[1] <= N * blocks, sizes
        equal(done.status, 23, "status")
        natives = example["allocated"]["native"]
        # The last is the function that had the C library ask.
        modules = [os.path.basename(n["module"]).split(".")[0].split("-")[0]
                   for n in natives]
        equal(modules[-1], "cmemory", modules)
        equal(set(modules[:-1]), {"libc"} if what in LIBRARY else set(),
              modules)
        equal(natives[-1]["function"], function, natives)
        if what.startswith("unlocked"):
            # Nobody knows what Python did meanwhile.
            equal(frames(example), [], "frames")
        else:
            equal(frames(example)[0], ("grow", "memory.py", LINE), "frame")
        assert "missing free in" in example["advice"], example["advice"]


for each, (many, name) in KINDS.items():
    add_kind(each, many, name)


@test("lost memory of two functions is two findings", sample=True)
def of_two(python):
    prints = {}
    for what in ("unlocked", "unlocked_strdup"):
        found = failing(run(python, "leak", what).report)
        equal(len(found), 1, what)
        prints[found[0]["fingerprint"]] = what
    equal(len(prints), 2, "fingerprints without a Python frame")
    program = PROGRAM.replace("cmemory.leak(kind, 1) ", """\
[cmemory.leak(k, 1) for k in ('unlocked', 'unlocked_strdup')]""")
    files = dict(planted.files(python, "cmemory"), **{"memory.py": program})
    both = python.run("memory.py", "leak", "both", N, files=files).report
    equal({f["fingerprint"] for f in failing(both)}, set(prints), "both")


@test("lost memory of another thread's heap")
def of_thread(python):
    # The heap's owner has ended; its stack may still hold old words.
    done = run(python, "leak", "malloc", N, "thread", options="exitcode=23")
    found = failing(done.report)
    equal([type_names(f) for f in found], [["(memory)"]], "types")
    assert 0.9 * N <= found[0]["objects"] <= N, found[0]["objects"]
    equal(found[0]["allocated"]["thread"], "other", "thread")
    for way in ("plain", "inner", "chain"):
        done = run(python, "keep", way, N, "thread", options="exitcode=23")
        equal([brief(f) for f in failing(done.report)], [], way)
    for what in ("malloc", "realloc", "mapped"):
        done = run(python, "release", what, N, "thread",
                   options="exitcode=23")
        equal([brief(f) for f in failing(done.report)], [], what)


@test("memory that is held is not lost")
def held(python):
    for way in ("plain", "inner", "low", "high", "packed", "chain", "halves"):
        done = run(python, "keep", way, options="exitcode=23")
        equal([brief(f) for f in failing(done.report)], [], way)
        equal(done.status, 0, way)


@test("with a table of half words, lost memory is still found",
      only=lambda python: not is_unhooked(python), sample=True)
def beside_halves(python):
    program = ("import cmemory\n"
               "def grow():\n"
               "    cmemory.keep('halves', %d)\n"
               "    cmemory.leak('malloc', %d)\n"
               "grow()\n" % (N, N))
    done = python.run("-c", program, files=planted.files(python, "cmemory"))
    finding, = failing(done.report)
    equal(type_names(finding), ["(memory)"], "types")
    assert 0.9 * N <= finding["objects"] <= N, finding["objects"]
    if not is_unhooked(python):
        equal(frames(finding)[0], ("grow", "<string>", 4), "frame")


# What malloc itself says of what each interpreter leaves behind, in KiB.
DESTROYED = """
import ctypes
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters

class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in
                "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks "
                "fordblks keepcost".split()]

mallinfo2 = ctypes.CDLL(None).mallinfo2
mallinfo2.restype = Info

def used():
    info = mallinfo2()
    return info.uordblks + info.hblkhd

def live_and_die(n):
    for _ in range(n):
        each = interpreters.create()
        interpreters.run_string(each, "x = 1")
        interpreters.destroy(each)

live_and_die(3)
before = used()
live_and_die(12)
print((used() - before) // 12 >> 10)
"""


@test("tables that pymalloc leaves behind are lost memory",
      only=lambda python: python.minor >= (3, 12))
def tables_of_pymalloc(python):
    done = python.run("-W", "ignore", "-c", DESTROYED)
    equal(done.stderr, "", "stderr")
    lost = sum(f["bytes"] for f in failing(done.report)
               if type_names(f) == ["(memory)"])
    each = int(done.stdout)
    if each < 300:
        equal(lost, 0, "bytes, where there is no leak")
    else:  # 3.12.1, 3.13.0: two nodes of the map of arenas
        assert 12 * 350 << 10 <= lost <= 15 * 400 << 10, (each, lost)


FORK = '''
import cmemory, os

def of_parent():
    cmemory.keep('plain', 300)

def of_child():
    cmemory.leak('malloc', 300)   # child

of_parent()
pid = os.fork()
if not pid:
    cmemory.drop()
    of_child()
else:
    os.waitpid(pid, 0)
'''


@test("a child does not report what its parent allocated")
def forked(python):
    if is_unhooked(python):
        raise Skip("a static 2.7 has no hooks")
    done = python.run("forks.py", files=dict(
        planted.files(python, "cmemory"), **{"forks.py": FORK}))
    by_parent = {r["process"]["ppid"]: r for r in done.reports}
    parent, = [r for r in done.reports if r["process"]["pid"] in by_parent]
    child = by_parent[parent["process"]["pid"]]
    equal([brief(f) for f in failing(parent)], [], "of the parent")
    functions = [frames(f)[0][0] for f in failing(child)]
    equal(functions, ["of_child"], "of the child")
    missed = [m for m in child["coverage"]["missed"] if "fork" in m["why"]]
    equal(len(missed), 1, missed)
    assert missed[0]["count"] >= 0.9 * N, missed


@test("memory that is free again is not lost")
def freed(python):
    for what in ("malloc", "calloc", "realloc", "memalign", "mapped"):
        done = run(python, "release", what, options="exitcode=23")
        equal([brief(f) for f in failing(done.report)], [], what)
        equal(done.status, 0, what)


@test("a few lost blocks are counted")
def few(python):
    done = run(python, "leak", "malloc", 9, options="exitcode=23")
    equal([brief(f) for f in failing(done.report)], [], "findings")
    equal(done.status, 0, "status")
    missed = {m["what"]: m["count"]
              for m in done.report["coverage"]["missed"]}
    assert 1 <= missed.get("lost-memory", 0) <= 20, missed


@test("without hooks for every block no memory is reported")
def not_tracked(python):
    for track in ("gc", "none", "sample=4096"):
        done = run(python, "leak", "malloc",
                   options="exitcode=23:track=" + track)
        equal([brief(f) for f in failing(done.report)], [], track)


harness.main()
