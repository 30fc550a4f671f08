#!/usr/bin/env python3
# Standard error is a full pipe: a program does not wait for ever for somebody to
# read it, nor for a clone that cannot be killed; a slow reader gets everything.
from harness import equal, main, test
from surroundings import hostile

PROGRAM = """
import gc, sys
gc.disable()
class Lost(object): pass
for i in range(int(sys.argv[1])):
    exec("class Lost%d(Lost): pass\\nx = Lost%d(); x.itself = x; del x" % (i, i))
print("ends")
"""

FIFO = """
import os
os.mkfifo("pipe")
fd = os.open("pipe", os.O_RDWR | os.O_NONBLOCK)
try:
    while True:
        os.write(fd, b"x" * 4096)
except OSError:
    pass
"""


def run(python, words, program=PROGRAM, options="", n=1):
    done = python.run("unheard.py", n, format="", options=options,
                      files={"unheard.py": program, "hostile": hostile()},
                      env={"PY_WRAPPER": "./hostile " + words})
    equal((done.stdout, done.status), ("ends\n", 0), "the program's own")
    return done.stderr


@test("standard error that nobody reads", only=lambda p: not p.by_loader,
      sample=True)
def unread(python):
    equal(run(python, "-s 0", options="timeout=1"), "", "standard error")


@test("a reader that is slow", only=lambda p: not p.by_loader, sample=True)
def slow(python):
    text = run(python, "-s 100", n=20)
    assert "SUMMARY: " in text, text[-1000:]


@test("a pipe that nobody reads, and kill(2) kills",
      only=lambda p: not p.by_loader, sample=True)
def killing(python):
    text = run(python, "-f KILL=kill", program=FIFO + PROGRAM,
                  options="timeout=1:log_path=pipe")
    assert "did not finish in 1 s" in text, text


main()
