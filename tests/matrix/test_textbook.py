#!/usr/bin/env python3
# The leaks that every text about them shows, and their cures, on every CPython.
#
# On 2.7 an object with __del__ in a cycle is lost for good.  From 3.4 on it
# waits for a collection, and is no leak once that has run.
import os

from findings import brief, frames, is_unhooked, line_marks, the_one, verdict
from harness import equal, main, once, test

FIXTURE = "textbook.py"
MARKS = line_marks(FIXTURE)

# pattern: the type that leaks, its __del__, edges of which one has to go, and
# the lines of which one created it, with the function above.
LEAKS = {
    "own-itself": ("__main__.Loop", "Loop.__del__", [".me"], ["own_itself"]),
    "own-itself-old": ("__main__.OldLoop", "OldLoop.__del__", [".me"],
                       ["own_itself_old"]),
    "ring": ("__main__.Partner", "Partner.__del__", [".partner"],
             ["ring", "ring, second"]),
    "tree": ("__main__.Node", None,
             [".parent", ".first", ".last", ".previous", ".next"],
             ["grow", "grow, branch", "grow, twig"]),
    "tree-del": ("__main__.DelNode", "DelNode.__del__",
                 [".parent", ".first", ".last", ".previous", ".next"],
                 ["grow", "grow, branch", "grow, twig"]),
    "dict-itself": ("dict", None, ["['self']"], ["dict_itself"]),
    "list-itself": ("list", None, ["[0]"], ["list_itself"]),
}
CURES = ["ring-weakref", "ring-clear", "ring-del", "tree-weakref",
         "tree-destroy"]
PENDING = ("unreachable", "pending")
DISABLED = ("unreachable", "gc-disabled")
LEGACY = ("uncollectable", "legacy-finalizer")
SAVEALL = ("uncollectable", "debug-saveall")
QUIET = "exitcode=23"


def short_name(type_name):
    """Old-style instances of 2.7 may be told by their class or as such."""
    return type_name.rpartition(".")[2]


def check_finding(python, report, pattern, wanted):
    type_name, finalizer, edges, lines = LEAKS[pattern]
    finding = the_one(report, type_name)
    equal(verdict(finding), wanted, "verdict")
    equal(finding["state"], "new", "state")
    equal(finding["count"], 1, "islands")
    # A __dict__ is an object of its own, and told as part of its owner.
    assert sum(each["count"] for each in finding["types"]) <= \
        finding["objects"], "more objects by type than in all"
    equal(sum(each["bytes"] for each in finding["types"]),
          finding["bytes"], "bytes of the types")

    for member in finding["cycle"]:
        equal(member["type"], type_name, "type in the cycle")
        assert member["edge"] in edges, "edge %r" % member["edge"]
        assert member["refcount"] >= 1, "refcount %r" % member["refcount"]
        assert 0 <= member["generation"] <= 2, "generation %r" % (
            member["generation"])
    assert finding["cycle"], "no cycle"
    assert any(edge in finding["advice"] for edge in edges), finding["advice"]

    if finalizer is None:
        equal(finding["finalizers"], [], "finalizers")
    else:
        known = finding["finalizers"][0]
        equal(short_name(known["type"]), short_name(type_name), "its class")
        equal(known["name"], "__del__", "its finalizer")
        equal(os.path.basename(known["file"]), FIXTURE, "file of __del__")
        equal(known["line"], MARKS[finalizer], "line of __del__")

    if is_unhooked(python):
        equal(finding["allocated"]["known"], False, "allocation known")
        return finding
    equal(finding["allocated"]["known"], True, "allocation known")
    equal(finding["allocated"]["thread"], "main", "thread")
    stack = frames(finding)
    assert stack[0] in [(line.partition(",")[0], FIXTURE, MARKS[line])
                        for line in lines], "allocated at %r" % (stack,)
    equal([function for function, _, _ in stack[-2:]], ["main", "<module>"],
          "outermost frames")
    return finding


def wishes(python, pattern):
    """Where nothing says who made a list, it is told when asked for only."""
    if pattern in ("dict-itself", "list-itself") and is_unhooked(python):
        return QUIET + ":kinds=all"
    return QUIET


def leak_tests(pattern, finalizer):
    def plain(python):
        run = python.run(FIXTURE, pattern, options=wishes(python, pattern))
        is_lost = python.major == 2 and finalizer
        check_finding(python, run.report, pattern,
                      LEGACY if is_lost else PENDING)
        equal(run.status, 23 if is_lost else 0, "status")
        equal(run.stdout, "0 finalized, 0 in gc.garbage\n", "stdout")
        equal(run.stderr, "", "stderr")

    def disabled(python):
        run = python.run(FIXTURE, pattern, "disabled",
                         options=wishes(python, pattern))
        is_lost = python.major == 2 and finalizer
        check_finding(python, run.report, pattern,
                      LEGACY if is_lost else DISABLED)
        equal(run.report["gc"]["enabled"], False, "gc enabled")
        equal(run.status, 23 if is_lost else 0, "status")

    def collected(python):
        run = python.run(FIXTURE, pattern, "collect", options=QUIET)
        if python.major == 2 and finalizer:
            check_finding(python, run.report, pattern, LEGACY)
            assert run.report["gc"]["garbage"] > 0, "gc.garbage is empty"
            equal(run.status, 23, "status")
        else:
            is_clean(run)

    def debug_leak(python):
        run = python.run(FIXTURE, pattern, "leak", options=QUIET)
        is_lost = python.major == 2 and finalizer
        finding = check_finding(python, run.report, pattern,
                                LEGACY if is_lost else SAVEALL)
        equal(run.status, 23 if is_lost else 0, "status")
        assert run.report["gc"]["debug_flags"] & 32, "DEBUG_SAVEALL unseen"
        if finalizer and python.major == 3:
            equal(finding["finalizers"][0]["ran"], True, "__del__ ran")

    def other_flags(python):
        for flags in ("collectable", "stats"):
            run = python.run(FIXTURE, pattern, flags, options=QUIET)
            bare = python.run(FIXTURE, pattern, flags, bare=True)
            equal(run.stdout, bare.stdout, "stdout under " + flags)
            if python.major == 2 and finalizer:
                check_finding(python, run.report, pattern, LEGACY)
            else:
                is_clean(run)

    test(pattern + " is reported until a collection")(plain)
    test(pattern + " under gc.disable()", sample=True)(disabled)
    test(pattern + " after a collection")(collected)
    test(pattern + " under DEBUG_LEAK", sample=True)(debug_leak)
    test(pattern + " under other debug flags", sample=True)(other_flags)


def is_clean(run):
    equal([brief(f) for f in run.report["findings"]], [], "findings")
    equal(run.status, 0, "status")
    return True


def cure_tests(pattern):
    def cured(python):
        run = python.run(FIXTURE, pattern, options=QUIET)
        is_clean(run)
        assert run.stdout.startswith(("2 final", "9 final")), run.stdout

    test(pattern + " is clean")(cured)


@test("a finalizer that only hangs on a cycle does not matter")
def hanging(python):
    run = python.run(FIXTURE, "hanging", options=QUIET)
    bare = python.run(FIXTURE, "hanging", "collect", bare=True)
    equal(bare.stdout, "1 finalized, 0 in gc.garbage\n", "what Python says")
    finding = the_one(run.report, "__main__.Ledger")
    equal(verdict(finding), PENDING, "verdict")
    for other in run.report["findings"]:
        assert other["kind"] != "uncollectable", brief(other)
    equal(run.status, 0, "status")
    is_clean(python.run(FIXTURE, "hanging", "collect", options=QUIET))


for name, about_it in LEAKS.items():
    leak_tests(name, about_it[1])
for name in CURES:
    cure_tests(name)


@once("the fixture's leaks are all tested")
def table_is_complete():
    # A pattern that nobody runs proves nothing.
    words = {mark.partition(",")[0] for mark in MARKS}
    told = {line for leak in LEAKS.values() for line in leak[3]}
    told |= {leak[1] for leak in LEAKS.values() if leak[1]} | {"hanging"}
    equal(words - {word.partition(",")[0] for word in told}, set(),
          "marks that no test expects")


main()
