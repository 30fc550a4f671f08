#!/usr/bin/env python3
# What once was accused, or might be, and is nobody's leak; and beside it a leak
# of the same shape, which is found.
import planted
from findings import about, brief, is_failing, the_one, verdict
from harness import Skip, equal, main, test


def accused(report):
    return [brief(f) for f in report["findings"]
            if f["kind"] != "unreachable" and f["state"] != "startup"]


# ---- a subinterpreter that nobody closes ----

SUBINTERPRETER = """
try:
    import _interpreters as interpreters
except ImportError:
    try:
        import _xxsubinterpreters as interpreters
    except ImportError:
        raise SystemExit("no subinterpreters")
i = interpreters.create()
interpreters.run_string(i, "class Sub: pass\\n"
                        "sub = Sub(); sub.me = sub; del sub\\n")
"""


def run_with_subinterpreter(python, *arguments, **settings):
    done = python.run("-W", "ignore", *arguments, **settings)
    if "no subinterpreters" in done.stderr:
        raise Skip("it has no subinterpreters")
    return done


@test("garbage of a subinterpreter that nobody closes is not uncollectable",
      only=lambda python: python.minor >= (3, 8))
def unclosed(python):
    report = run_with_subinterpreter(python, "-c", SUBINTERPRETER).report
    equal(accused(report), [], "findings")
    for finding in about(report, "__main__.Sub"):
        equal(verdict(finding), ("unreachable", "pending"), "verdict")


@test("beside one, what the main interpreter cannot free is found",
      only=lambda python: python.minor >= (3, 8), sample=True)
def unclosed_and_uncollectable(python):
    program = "import sys\nsys.argv[1:] = ['leak', 'clear', '5']\n" + (
        SUBINTERPRETER + "exec(open('planted.py').read())\n")
    report = run_with_subinterpreter(
        python, "-c", program, fixtures=["planted.py"],
        files=planted.files(python)).report
    finding = the_one(report, "planted.ForgetsClear")
    equal(verdict(finding), ("uncollectable", "not-clearable"), "verdict")
    equal(finding["count"], 5, "count")


# ---- a young collection while the interpreter is finalized ----

FLUSHING = """
import gc, sys
class Old(object): pass
old = Old(); old.me = old
gc.collect()
gc.disable()
class Stream(object):
    def __init__(self, stream):
        self.stream = stream
    def write(self, text):
        return self.stream.write(text)
    def flush(self):
        gc.collect(0)
        self.stream.flush()
sys.stdout = Stream(sys.stdout)
gc.enable()
del old
"""


@test("old garbage that a young collection leaves is not uncollectable",
      only=lambda python: python.major > 2)
def flushed(python):
    report = python.run("-c", FLUSHING).report
    equal(accused(report), [], "findings")


# ---- blocks that are too small for an object ----

# The type that stands behind the text is the former owner's.
SHORT = """
former = [object() for i in range(50000)]
del former
class Thing(object):
    __slots__ = ()
former = [Thing() for i in range(50000)]
former = None
classes = [type('C%d' % i, (object,), {'__doc__': 'Is%d' % (i % 10)})
           for i in range(2000)]
"""


@test("the short __doc__ of a class is no object with many references")
def short(python):
    equal(accused(python.run("-c", SHORT).report), [], "findings")


main()
