#!/usr/bin/env python3
# tests/run-python, which every other program here stands on.
from harness import equal, main, test

SHOW = """\
import os, sys
sys.stdout.write("%s %s\\n" % (sys.argv, os.environ.get("LD_PRELOAD")))
sys.stderr.write(sys.stdin.read())
with open("left-behind", "w") as f:
    f.write("%d.%d.%d" % sys.version_info[:3])
sys.exit(7)
"""


@test("arguments, streams, files and the status come through")
def plumbing(python):
    run = python.run("show.py", "a b", "$HOME", bare=True, stdin="typed",
                     files={"show.py": SHOW})
    equal(run.stdout, "['show.py', 'a b', '$HOME'] None\n", "stdout")
    equal(run.stderr, "typed", "stderr")
    equal(run.status, 7, "status")
    equal(run.read("left-behind"), python.text, "version in the file")


@test("the library is preloaded into the interpreter")
def preloaded(python):
    run = python.run("-c", "print([line for line in open('/proc/self/maps')"
                     " if 'libleakshim.so' in line] != [])")
    equal(run.stdout, "True\n", "mapped")


main()
