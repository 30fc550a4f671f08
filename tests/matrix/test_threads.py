#!/usr/bin/env python3
# Other threads: their registers and stacks are read at the moment of the clone,
# so that they hide nothing, and hold what they hold.
import os

import planted
from findings import brief, is_failing, verdict
from harness import Skip, equal, main, test

LOST = ("lost-reference", "unreferenced")
SURPLUS = ("lost-reference", "surplus")
PLACES = ["rbx", "r12", "r13", "r14", "r15", "r10", "xmm7", "stack"]

# Threads that wait, one of them in Python's own lock; then lists are lost.  Old
# words of live frames may hide some where others were before.
WAITING = """
import planted, sys, threading, time
try: from _thread import start_new_thread
except ImportError: from thread import start_new_thread
for i in range(int(sys.argv[1])):
    if i:
        start_new_thread(time.sleep, (1000,))
        continue
    t = threading.Thread(target=threading.Event().wait)
    t.daemon = True
    t.start()
if len(sys.argv) > 3:
    import refusing
    refusing.refuse(sys.argv[3])
time.sleep(0.2)
kept = [[] for i in range(5000)]  # what is lost has fresh memory
planted.leak_list(int(sys.argv[2]))
"""

HOLDING = """
import holding, sys, threading, time
if sys.argv[1] != "read":
    import refusing
    refusing.refuse(sys.argv[1])
places = sys.argv[2].split(",")
kept = [{} for i in range(5000)]  # theirs have fresh memory
for place in places:
    t = threading.Thread(target=holding.hold, args=(place,))
    t.daemon = True
    t.start()
while holding.ready() < len(places): time.sleep(0.01)
time.sleep(0.2)
"""


def files(python, *names, **programs):
    found = {name + ".py": text for name, text in programs.items()}
    for name in names:
        found.update(planted.files(python, name))
    return found


def failing(report):
    return [f for f in report["findings"] if is_failing(f)]


def lists(python, threads, lost, *action, **more):
    done = python.run("waiting.py", threads, lost, *action,
                      files=files(python, "planted", waiting=WAITING),
                      fixtures=["refusing.py"], **more)
    if "no seccomp" in done.stderr:
        raise Skip(done.stderr.strip())
    equal(done.stderr, "", "stderr")
    return done.report


def withheld(report):
    """Of findings that other threads may hold: (count, why)."""
    found = [(m["count"], m["why"]) for m in report["coverage"]["missed"]
             if m["what"] == "lost-reference" and "registers" in m["why"]]
    assert len(found) < 2, found
    return found[0] if found else (0, "")


@test("one daemon thread, or eight, hide none of eleven lost lists")
def hide_nothing(python):
    for threads in (0, 1, 8):
        report = lists(python, threads, 11)
        equal(withheld(report), (0, ""), "%d threads" % threads)
        equal([(verdict(f), f["objects"]) for f in failing(report)],
              [(LOST, 11)], "%d threads" % threads)
        equal([], [brief(f) for f in failing(lists(python, threads, 0))],
              "%d threads, nothing lost" % threads)


def held(python, how, places):
    if os.uname().machine != "x86_64":
        raise Skip("not for this processor")
    done = python.run("holds.py", how, ",".join(places),
                      files=files(python, "holding", holds=HOLDING),
                      fixtures=["refusing.py"])
    if "no seccomp" in done.stderr:
        raise Skip(done.stderr.strip())
    equal(done.stderr, "", "stderr")
    return done.report


@test("what a register or the stack of another thread holds is not accused")
def hold(python):
    equal([brief(f) for f in failing(held(python, "read", PLACES))], [],
          "findings")


@test("nor where they cannot be read: then it is withheld, and counted")
def hold_unread(python):
    report = held(python, "errno", PLACES)
    equal([brief(f) for f in failing(report)], [], "findings")
    count, why = withheld(report)
    # The stack's is seen all the same; what no memory has is not.
    equal(count, len(PLACES) - 1, "withheld")
    assert why.startswith("%d threads " % len(PLACES)), why


@test("what is below the stack pointer holds nothing")
def below(python):
    report = held(python, "read", ["below"] * 3)
    equal([(verdict(f), f["objects"]) for f in failing(report)], [(LOST, 3)],
          "findings")


@test("what may be in registers that were not read is not accused")
def registers(python):
    for action in ("errno", "kill"):
        few = lists(python, 1, 10, action)
        equal([brief(f) for f in failing(few)], [], action)
        count, why = withheld(few)
        assert 5 <= count <= 16, count
        assert why.startswith("1 thread ") and "seccomp" in why, why
        many = lists(python, 1, 100, action)
        equal([verdict(f) for f in failing(many)], [LOST], action)


def meets_fate(python, fate, timeout):
    why = None if fate == "held" else "second look"
    report = lists(python, 1, 100, "errno", options="timeout=%d" % timeout,
                   env={"LEAKSHIM_TEST_SECOND": fate})
    equal([brief(f) for f in failing(report)], [], fate)
    equal(report["coverage"]["reachability"], why is None, fate)
    missed = [m["why"] for m in report["coverage"]["missed"]]
    assert not why or any(why in m for m in missed), missed


@test("what a second look finds reachable is not accused")
def second_look(python):
    for fate in ("held", "segv", "kill"):
        meets_fate(python, fate, timeout=60)


@test("nor what a second look that does not end has not found", sample=True)
def second_hangs(python):
    # A busy machine, too, comes to the second look in this time.
    meets_fate(python, "hang", timeout=12)


SHARED = """
import planted, sys, threading, time
if len(sys.argv) > 2:
    import refusing
    refusing.refuse(sys.argv[2])
class Settings(object): pass
settings = Settings()
settings.dict = {'key': 1}
t = threading.Thread(target=time.sleep, args=(1000,))
t.daemon = True
t.start()
for i in range(int(sys.argv[1])): planted.leak_lookup(settings, 'dict')
"""


def shared(python, *arguments):
    done = python.run("shared.py", *arguments,
                      files=files(python, "planted", shared=SHARED),
                      fixtures=["refusing.py"])
    if "no seccomp" in done.stderr:
        raise Skip(done.stderr.strip())
    return done.report


@test("nor are references that registers may be")
def registers_surplus(python):
    few = shared(python, 110, "errno")
    equal([brief(f) for f in failing(few)], [], "findings")
    equal(withheld(few)[0], 1, "withheld")
    many = shared(python, 400, "errno")
    equal([verdict(f) for f in many["findings"]
           if verdict(f) == SURPLUS], [SURPLUS], "findings")
    read = shared(python, 110)
    equal([verdict(f) for f in read["findings"]
           if verdict(f) == SURPLUS], [SURPLUS], "findings")


@test("isolate=0 lets threads run, and says how many it did not read")
def not_isolated(python):
    report = lists(python, 1, 10, options="isolate=0")
    equal([brief(f) for f in failing(report)], [], "findings")
    count, why = withheld(report)
    assert 5 <= count <= 16, count
    assert why.startswith("1 thread ") and "isolate=0" in why, why


main()
