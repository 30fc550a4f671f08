#!/usr/bin/env python3
# A check that an exception interrupts (^C) is over: the next one finds its turn.
import os

import harness
from harness import equal, main, test

HELPER = os.path.join(harness.TOP, "src", "interface", "leakshim.py")

PROGRAM = """
import leakshim

call = leakshim._call
def interrupt(after):
    def _call(function, *arguments):
        value = call(function, *arguments)
        if function == getattr(leakshim._library, after):
            leakshim._call = call
            raise KeyboardInterrupt
        return value
    leakshim._call = _call

def is_interrupted(**keywords):
    try:
        leakshim.check(**keywords)
    except KeyboardInterrupt:
        return True

for keywords in {}, {"collect": True}:
    interrupt(after="leakshim_py_begin")
    print(is_interrupted(kinds="all", **keywords))
    print(leakshim.check()["process"]["trigger"])

# Nobody ends it at all, and the same thread asks again.
call(leakshim._library.leakshim_py_begin, 0, 0, b"json", b"text",
     b"kinds=all", 1)
print(leakshim.check()["process"]["trigger"])
print(leakshim._library.leakshim_py_end(0, None, None))
"""


NESTED = """
import gc, leakshim
reasons = []

class Asks(object):
    def __del__(self):
        try:
            leakshim.check()
        except leakshim.LeakshimError as error:
            reasons.append("collection" in str(error))

asks = [Asks()]
asks.append(asks)
del asks
print(leakshim.check(collect=True)["process"]["trigger"])
print(reasons)

# Wherever in a check a collection begins: here, in tempfile, under its lock.
gc.disable()
import tempfile
lock = tempfile._once_lock
class Collects(object):
    def acquire(self, *arguments):
        lock.acquire(*arguments)
        gc.collect()
    def release(self):
        lock.release()
    def __enter__(self):
        self.acquire()
    def __exit__(self, *error):
        self.release()
tempfile._once_lock, tempfile._name_sequence = Collects(), None
asks = [Asks()]
asks.append(asks)
del asks
print(leakshim.check()["process"]["trigger"])
print(reasons)
"""


@test("a check that was interrupted does not prevent the next one")
def interrupted(python):
    with open(HELPER, encoding="utf-8") as f:
        helper = f.read()
    done = python.run("program.py", files={"program.py": PROGRAM,
                                           "leakshim.py": helper})
    equal(done.stdout.split(), 2 * ["True", "api"] + ["api", "-1"],
          "what it saw")
    equal(done.status, 0, "status")
    equal(done.report["process"]["trigger"], "exit", "the last report")


# A cycle with a finalizer is no garbage to 2.7.
@test("one that a finalizer asks for meanwhile does not abandon it",
      only=lambda python: python.major > 2)
def nested(python):
    with open(HELPER, encoding="utf-8") as f:
        helper = f.read()
    done = python.run("program.py", files={"program.py": NESTED,
                                           "leakshim.py": helper})
    equal((done.stdout, done.status), ("api\n[True]\napi\n[True, True]\n", 0),
          "what it saw")


main()
