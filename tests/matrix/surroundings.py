"""Programs in hostile surroundings, and what may be said of them there.

surrounded.py loses objects, or its twin does not, under fixtures/hostile.c.
Right is: the program's own output and status as without the shim; and its leak
is found, or one line says what was not done; and the twin accuses nobody.
"""

import os
import subprocess

import harness
from harness import Skip, equal

FIXTURE = "surrounded.py"
TYPE = "__main__.Lost"
KINDS = ("LOST REFERENCE", "UNCOLLECTABLE", "HIDDEN CYCLE", "UNREACHABLE")
_built = []
_usual = {}  # what the program does where nothing is hostile


def hostile():
    """The program as bytes: it goes into each work directory."""
    if not _built:
        to = os.path.join(harness._scratch, "hostile")
        done = subprocess.run(
            os.environ.get("CC", "cc").split() +
            ["-static", "-O1", "-o", to,
             os.path.join(harness.FIXTURES, "hostile.c")])
        if done.returncode:
            raise Skip("no C library to link statically with")
        with open(to, "rb") as f:
            _built.append(f.read())
    return _built[0]


class Result:
    def __init__(self, done):
        lines = done.stderr.splitlines(True)
        ours = [i for i, line in enumerate(lines)
                if "leakshim" in line]
        self.run = done
        self.is_found = TYPE in done.stderr
        self.accuses = [k for k in KINDS if k + " " in done.stderr]
        self.says = [lines[i] for i in ours
                     if lines[i].startswith("leakshim: ") or
                     "missed: " in lines[i] or "incomplete" in lines[i]]
        # The report, if any, is one piece and begins and ends with a line of
        # ours.
        own = lines if not ours else [
            line for i, line in enumerate(lines)
            if (i < ours[0] or i > ours[-1])]
        self.own = (done.stdout, "".join(own), done.status)


def run(python, way, words, options="", bare=False, wrapper="./hostile ",
        **more):
    if python.by_loader:
        raise Skip("its loader starts it")
    environment = {"PY_WRAPPER": wrapper + words if words else ""}
    return Result(python.run(FIXTURE, way, options=options, format="",
                             bare=bare, files={"hostile": hostile()},
                             env=environment, **more))


def bare_twin(python, words, **more):
    """What the program does by itself; Skip where it cannot run so."""
    if python.name not in _usual:
        _usual[python.name] = run(python, "leak", "", bare=True).own
    there = run(python, "leak", words, bare=True, **more)
    if there.own != _usual[python.name]:
        raise Skip("the program itself does not run so: " +
                   (there.run.stderr.splitlines() or ["no word"])[-1][:80])
    return there


def check_leak(python, words, own, **more):
    got = run(python, "leak", words, **more)
    equal(got.own, own, "the program's own output and status")
    assert got.is_found or got.says, "neither found nor said"
    return got


def check_clean(python, words, own, **more):
    got = run(python, "clean", words, **more)
    equal(got.own, own, "the twin's own output and status")
    equal(got.accuses, [], "accusations of the twin")
    return got
