#!/usr/bin/env python3
# A fork's child whose only thread ends: the C library calls exit() then, and
# Python has no thread state any more.  Nothing is made anew that cannot be.
from harness import equal, main, test

PROGRAM = """
import os, sys, threading
def forks():
    pid = os.fork()
    if pid:
        print("child %d" % os.waitpid(pid, 0)[1])
        sys.stdout.flush()
thread = threading.Thread(target=forks)
thread.start()
thread.join()
"""


@test("a child that ends with its last thread ends as it does without us")
def ends(python):
    bare = python.run("-c", PROGRAM, bare=True, timeout=300)
    done = python.run("-c", PROGRAM, timeout=300)
    equal((done.status, done.stdout), (bare.status, bare.stdout), "its end")
    assert "Fatal" not in done.stderr, done.stderr


main()
