#!/usr/bin/env python3
# collected=1: what collections free, as the collector itself counts it.
from findings import frames, is_unhooked, line_marks, the_one, type_names
from harness import Skip, equal, main, test

LINE = line_marks("collected.py")["node"]


def run(python, what, options="collected=1"):
    if is_unhooked(python):
        raise Skip("collections of a statically linked 2.7 are not seen")
    done = python.run("collected.py", what,
                      options=options + ":kinds=all:max_findings=10000")
    equal((done.status, done.stderr), (0, ""), "status, stderr")
    return done


def collected(report):
    return [f for f in report["findings"] if f["kind"] == "collected"]


def node(report):
    found = [f for f in collected(report)
             if "__main__.Node" in type_names(f) and
             frames(f)[0] == ("some", "collected.py", LINE)]
    equal(len(found), 1, "findings about Node")
    return found[0]


@test("what gc.collect() frees is reported, with its line, and is freed")
def by_hand(python):
    done = run(python, "by_hand")
    finalized = 0 if python.major == 2 else 50
    equal(done.stdout, "True %d 20\n" % finalized, "stdout")
    found = node(done.report)
    equal((found["count"], found["state"]), (300, "new"), "Node")
    equal(the_one(done.report, "__main__.Named")["count"], 50, "Named")
    bare = python.run("collected.py", "by_hand", bare=True)
    equal(done.stdout, bare.stdout, "stdout without leakshim")


@test("the numbers are the collector's", lambda p: p.major == 3)
def by_itself(python):
    report = run(python, "by_itself").report
    counted = sum(g["collected"] for g in report["gc"]["generations"])
    equal(report["summary"]["collected"]["objects"], counted, "objects")
    found = node(report)
    assert found["count"] >= 5900, found["count"]
    rest = [f for f in report["findings"] if f["kind"] == "unreachable" and
            "__main__.Node" in type_names(f)]
    equal(found["count"] + sum(f["count"] for f in rest), 6000, "islands")


@test("a 2.7 that is asked has no more than there was", lambda p: p.major == 2)
def by_itself_27(python):
    found = node(run(python, "by_itself").report)
    assert 3000 <= found["count"] <= 6000, found["count"]


@test("without garbage, or without the option, there is nothing")
def nothing(python):
    for what, options in (("none", "collected=1"), ("by_hand", "collected=0")):
        report = run(python, what, options).report
        equal([type_names(f) for f in collected(report)
               if f["state"] == "new" and f["allocated"]["python"] and
               frames(f)[0][1] == "collected.py"], [], what)


@test("what gc.DEBUG_SAVEALL keeps is not said to be freed")
def saved(python):
    report = run(python, "saved").report
    equal([type_names(f) for f in collected(report)
           if "__main__.Node" in type_names(f)], [], "findings")


@test("it does not fail unless it is asked for")
def gate(python):
    if is_unhooked(python):
        raise Skip("collections of a statically linked 2.7 are not seen")
    for options, status in (("", 0), (":fail_on=collected", 9)):
        done = python.run("collected.py", "by_hand",
                          options="collected=1:exitcode=9" + options)
        equal(done.status, status, options)


@test("kinds beyond a bound are counted", sample=True)
def many(python):
    report = run(python, "many").report
    n = len(collected(report))
    assert 3000 < n <= 4096, n
    missed, = [m for m in report["coverage"]["missed"]
               if m["what"] == "collected"]
    assert missed["count"] >= 5000 - n - 50, missed


main()
