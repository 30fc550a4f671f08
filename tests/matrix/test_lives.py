#!/usr/bin/env python3
# A program that initializes Python again and again: what is lost in one of its
# lives is found in that one's report, and what an earlier one left behind is
# nobody's fault.
import hosts
from findings import brief, frames, is_failing, type_names, verdict
from harness import Skip, equal, main, test

LIVES = 4
CALLS = 200  # of lives.c
LOST = ("lost-reference", "unreferenced")
# Start-up leaves much behind, and so do these.
PROGRAM = """
import gc, json, re, threading, collections
class Kept(object):
    "Kept"
kept = Kept(); kept.itself = kept
made = [json.loads('{"a": [1, 2, 3]}') for _ in range(100)]
Pair = collections.namedtuple('Pair', 'a b')
thread = threading.Thread(target=lambda: sum(range(1000)))
thread.start(); thread.join()
def hook():
    return [made[0]]
"""


def check_unharmed(python, way, options=""):
    bare = hosts.run(python, "lives.c", LIVES, way, PROGRAM, shim=False)
    host = hosts.run(python, "lives.c", LIVES, way, PROGRAM, options=options)
    equal((bare.status, bare.stdout),
          (7, "".join("life %d\n" % (i + 1) for i in range(LIVES))), "bare")
    equal((host.status, host.stdout, host.stderr),
          (bare.status, bare.stdout, bare.stderr), "result")
    equal(len(host.reports), LIVES, "reports")
    return host


def accused(report):
    return [f for f in report["findings"] if is_failing(f) or
            (f["state"] == "new" and f["kind"] == "lost-reference")]


@test("lives: a host that leaks nothing is not accused", sample=True)
def clean(python):
    for report in check_unharmed(python, "clean").reports:
        equal([brief(f) for f in accused(report)], [], "findings")


@test("lives: a host that only starts and ends Python is not accused",
      sample=True)
def bare(python):
    host = hosts.run(python, "lives.c", LIVES, "bare")
    equal(len(host.reports), LIVES, "reports")
    for report in host.reports:
        equal([brief(f) for f in accused(report)], [], "findings")


@test("lives: what a host loses is found in each of them", sample=True)
def leak(python):
    for report in check_unharmed(python, "leak").reports:
        found = [f for f in report["findings"] if is_failing(f)]
        briefs = [brief(f) for f in found]
        equal({verdict(f) for f in found}, {LOST}, briefs)
        assert all(type_names(f)[0] == "list" for f in found), briefs
        results = [f for f in found if frames(f)]
        own = [f for f in found if not frames(f)]
        equal({frames(f)[0][0] for f in results}, {"hook"}, "place")
        for each in results, own:
            count = sum(f["count"] for f in each)
            assert 0.85 * CALLS <= count <= CALLS, (count, briefs)


@test("lives: where no Python runs, native frames name the C function",
      sample=True)
def native(python):
    host = hosts.run(python, "lives.c", 2, "leak", PROGRAM,
                     options="native=8")
    for report in host.reports:
        if any(m["what"] == "native-frames"
               for m in report["coverage"]["missed"]):
            raise Skip("no libunwind here")
        found = [f for f in report["findings"]
                 if is_failing(f) and not frames(f)]
        assert found, [brief(f) for f in report["findings"]]
        names = {n["function"] for f in found
                 for n in f["allocated"]["native"]}
        assert "make_own" in names, names


# ---- interpreters with GILs of their own, at once ----

THREADS = 3
BUSY = """
import json, re
made = [json.loads('{"a": [1, 2, 3]}') for _ in range(2000)]
def hook():
    return [made[0]]
"""


def with_own_gils(python, way):
    bare = hosts.run(python, "owngils.c", THREADS, way, BUSY, shim=False)
    host = hosts.run(python, "owngils.c", THREADS, way, BUSY)
    equal((bare.status, bare.stdout), (7, "0 failed\n"), "bare")
    equal((host.status, host.stdout, host.stderr),
          (bare.status, bare.stdout, bare.stderr), "result")
    return host.reports[-1]


def has_own_gils(python):
    return python.minor >= (3, 12)


@test("own GILs: threads that leak nothing are not accused",
      only=has_own_gils, sample=True)
def own_gils_clean(python):
    equal([brief(f) for f in accused(with_own_gils(python, "clean"))], [],
          "findings")


@test("own GILs: what each of the threads loses is found",
      only=has_own_gils, sample=True)
def own_gils_leak(python):
    found = [f for f in with_own_gils(python, "leak")["findings"]
             if is_failing(f)]
    briefs = [brief(f) for f in found]
    equal({verdict(f) for f in found}, {LOST}, briefs)
    equal({frames(f)[0][0] for f in found}, {"hook"}, "place")
    count = sum(f["count"] for f in found)
    assert 0.9 * THREADS * CALLS <= count <= THREADS * CALLS, (count, briefs)


main()
