#!/usr/bin/env python3
# A process that has changed its user (a server that was started as root): the
# kernel lets no other look into it, not even its own clone.
import os

import planted
from findings import brief, is_failing, verdict
from harness import Skip, equal, main, test
from surroundings import hostile

N = 100
PROGRAM = """
import os, planted, select, sys
if len(sys.argv) > 2:
    os.chmod(".", 0o777)
    os.setuid(int(sys.argv[2]))
planted.close_to_others()
way, n = sys.argv[1], %d
if way == "leak":
    planted.leak_list(n)
elif way == "unforked":
    for i in range(n): planted.keep_unforked([i])
elif way == "timer":
    for i in range(n): planted.keep_in_timer([i])
elif way == "epoll":
    epoll = select.epoll()
    ends = [os.pipe() for i in range(n)]
    for i in range(n):
        planted.keep_in_epoll(epoll.fileno(), ends[i][0], [i])
""" % N


def failing(report):
    return [f for f in report["findings"] if is_failing(f)]


def start(python, *words, **more):
    return python.run("closed.py", *words, timeout=300, options="exitcode=23",
                      files=dict(planted.files(python), **{
                          "closed.py": PROGRAM, "hostile": hostile()}), **more)


def run(python, way):
    done = start(python, way)
    equal((done.status, done.stderr), (23 if way == "leak" else 0, ""),
          "status and standard error")
    return done.report


@test("what is lost is found")
def leak(python):
    report = run(python, "leak")
    equal([verdict(f) for f in failing(report)], [("lost-reference", "unreferenced")], "verdicts")
    n = sum(f["objects"] for f in failing(report))
    assert 0.9 * N <= n <= N, n
    equal(report["coverage"]["reachability"], True, "reachability")


@test("what the clone does not have is held by it", sample=True)
def kept(python):
    for way in ("none", "epoll", "timer", "unforked"):
        report = run(python, way)
        equal([brief(f) for f in failing(report)], [], way)
        equal(report["coverage"]["reachability"], True, way)


@test("under a filter of system calls, too", sample=True)
def filtered(python):
    if python.by_loader:
        raise Skip("its loader starts it")
    if os.getuid():
        raise Skip("needs root, to become another user")
    # Its report it cannot write as that user.
    for way, status in (("leak", 23), ("timer", 0)):
        done = start(python, way, "1",
                     env={"PY_WRAPPER": "./hostile -f ENOSYS=statx"})
        equal(done.status, status, way)


main()
