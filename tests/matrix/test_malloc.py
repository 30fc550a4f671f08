#!/usr/bin/env python3
# Another malloc behind ours: on old C libraries dlsym(3), which finds it, asks
# it for memory first.
import os
import shlex
import subprocess

import harness
from findings import type_names
from harness import FIXTURES, LEAKSHIM_SO, equal, main, test

LEAK = "class C(object): pass\nc = C(); c.c = c; del c\nprint('ends')\n"
CLEAN = "class C(object): pass\nc = C()\nprint('ends')\n"


def allocator():
    """Linked with nothing newer than glibc 2.14."""
    to = os.path.join(harness._scratch, "malloc.so")
    if not os.path.exists(to):
        subprocess.run(
            shlex.split(os.environ.get("CC", "cc")) +
            ["-shared", "-fPIC", "-fno-builtin", "-w", "-DALLOCATE",
             "-DHEAP_BYTES=(1<<28)", "-o", to,
             os.path.join(FIXTURES, "early.c")], check=True)
    with open(to, "rb") as f:
        return f.read()


@test("another malloc is looked up before there is one")
def other(python):
    if python.in_root:
        env = {"PY_WRAPPER":
               "env LD_PRELOAD=../libleakshim.so:./libother.so"}
    else:
        env = {"LEAKSHIM_SO": LEAKSHIM_SO + ":./libother.so"}
    for program, wanted in ((LEAK, True), (CLEAN, False)):
        done = python.run("main.py", env=env, options="kinds=all:track=gc",
                          files={"libother.so": allocator(),
                                 "main.py": program})
        equal((done.status, done.stdout, done.stderr), (0, "ends\n", ""),
              "status, stdout and stderr")
        equal(any("__main__.C" in type_names(f)
                  for f in done.report["findings"]), wanted, "found")


main()
