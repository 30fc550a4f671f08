#!/usr/bin/env python3
# Every interpreter of a process is searched, and none is disturbed.
from findings import about, the_one
from harness import Skip, equal, main, test

FIXTURE = "subinterpreters.py"


def way(*words):
    @test("subinterpreters: " + " ".join(words),
          only=lambda python: python.minor >= (3, 8))
    def runs(python):
        bare = python.run("-W", "ignore", FIXTURE, *words, bare=True)
        if "no subinterpreters" in bare.stderr:
            raise Skip("it has no subinterpreters")
        shim = python.run("-W", "ignore", FIXTURE, *words)
        equal((shim.status, shim.stdout, shim.stderr),
              (bare.status, bare.stdout, bare.stderr), "result")
        equal((bare.status, bare.stdout), (0, "done\n"), "bare")
        equal(the_one(shim.report, "__main__.InMain")["count"], 1, "main")
        if python.minor == (3, 8):
            return  # its collector is one for all: no lists of their own
        equal(the_one(shim.report, "__main__.InSub")["count"], 2,
              "leaks in the two that live")


way("legacy")
way("isolated")
way("isolated", "busy")


@test("without leaks there is no finding about them",
      only=lambda python: python.minor >= (3, 8), sample=True)
def clean(python):
    report = python.run("-c", "import gc\n"
                        "class InMain(object): pass\nInMain()\n").report
    equal(about(report, "__main__.InMain"), [], "findings")


MANY = """
import sys
try:
    import _interpreters as interpreters
except ImportError:
    try:
        import _xxsubinterpreters as interpreters
    except ImportError:
        sys.exit("no subinterpreters here")
made = [interpreters.create() for _ in range(int(sys.argv[1]))]
"""


@test("interpreters beyond those that are searched are said",
      only=lambda python: python.minor >= (3, 9), sample=True)
def many(python):
    for n, left in ((3, None), (20, 5)):
        run = python.run("-W", "ignore", "many.py", n,
                         files={"many.py": MANY})
        if "no subinterpreters" in run.stderr:
            raise Skip("it has no subinterpreters")
        rows = [m for m in run.report["coverage"]["missed"]
                if m["what"] == "interpreters"]
        equal([(m["count"], m["asked"]) for m in rows],
              [(left, True)] if left else [], "%d interpreters" % n)


main()
