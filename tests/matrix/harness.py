"""The frame of the tests that run on every interpreter.

A test program is a file test_TOPIC.py of this folder, run by the Python 3 of
the build machine:

    import harness
    from harness import equal, test

    @test("a closed cycle is one finding")
    def closed_cycle(python):
        report = python.run("cycle.py").report
        equal(len(report["findings"]), 1, "findings")

    harness.main()

Each function runs once for each interpreter and is one line of TAP.  It fails
by any exception (assert, equal) and is skipped by `raise Skip(reason)'; what
the last program printed follows a failure.  By hand, from anywhere:

    tests/matrix/test_cycle.py [-k WORD] [-p NAME]...      after make in build/
"""

import argparse
import atexit
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
import zlib

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
RUN_PYTHON = os.path.join(TOP, "tests", "run-python")

# As `make check' exports them; the second value serves a run by hand.
FIXTURES = os.environ.get("FIXTURES", os.path.join(TOP, "tests", "fixtures"))
LEAKSHIM_SO = os.environ.get(
    "LEAKSHIM_SO", os.path.join(TOP, "build", ".libs", "libleakshim.so"))
LEAKSHIM = os.environ.get("LEAKSHIM", os.path.join(TOP, "build", "leakshim"))
SCHEMA = os.path.join(TOP, "src", "report", "leakshim-report-1.schema.json")
FULL = os.environ.get("LEAKSHIM_TESTS") == "full"

_scratch = tempfile.mkdtemp(prefix="leakshim-test-")
_work = os.path.join(_scratch, "work")
os.mkdir(_work)
atexit.register(shutil.rmtree, _scratch, ignore_errors=True)

_tests = []
_last_run = None


class Skip(Exception):
    """Raised by a test: it cannot run here, and the reason why."""


class Run:
    """What one program did.  Its work folder lives until the test ends."""

    def __init__(self, command, done, folder):
        self.command = command
        self.status = done.returncode
        self.stdout = done.stdout
        self.stderr = done.stderr
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as f:
            return f.read()

    @property
    def reports(self):
        """Every JSON report the program and its children left, by name."""
        names = sorted(glob.glob(self.path("report.json*")))
        found = []
        for name in names:
            with open(name, encoding="utf-8") as f:
                found.append(json.load(f))
        return found

    @property
    def report(self):
        reports = self.reports
        assert len(reports) == 1, "%d reports, not one" % len(reports)
        return reports[0]

    def describe(self):
        text = "command: %s\nstatus: %d\n" % (" ".join(self.command),
                                              self.status)
        for name in ("stdout", "stderr"):
            lines = getattr(self, name).splitlines()
            text += "%s:%s\n" % (name, "" if lines else " (nothing)")
            text += "".join("  %s\n" % line for line in lines[-40:])
        return text


class Python:
    """One interpreter: what tests/pythons printed about it."""

    def __init__(self, name, version, command):
        self.name = name
        self.text = version
        self.version = tuple(int(n) for n in version.split("."))
        self.major = self.version[0]
        self.minor = self.version[:2]  # (3, 11)
        self.command = command
        self.in_root = command[0] == "chroot"
        self.by_loader = command[0] == "env"
        self.is_debug = name.endswith("-dbg")

    def run(self, *arguments, options="", format="json", env=None,
            files=None, fixtures=(), bare=False, timeout=300, stdin=""):
        """Run the interpreter with these arguments, in a fresh work folder.

        An argument that names a .py file of tests/fixtures is copied there;
        fixtures: more of them; files: {name: content} to be written there.
        format: "json" puts the report into report.json, "text" leaves it to
        the options.  Content may be bytes.  options: more of LEAKSHIM_OPTIONS.
        bare: no shim.  timeout: seconds; a busy machine needs many.
        """
        global _last_run
        folder = tempfile.mkdtemp(dir=_work)
        for name, content in (files or {}).items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            data = content if isinstance(content, bytes) else (
                content.encode())
            with open(path, "wb") as f:
                f.write(data)
            if data.startswith(b"\x7fELF"):
                os.chmod(path, 0o755)
        command = [RUN_PYTHON]
        if bare:
            command.append("-b")
        for name in fixtures:
            command += ["-f", name]
        command += [self.name] + [str(a) for a in arguments]

        environment = dict(os.environ, LEAKSHIM_SO=LEAKSHIM_SO,
                           FIXTURES=FIXTURES, PY_TIMEOUT=str(timeout))
        environment.pop("LEAKSHIM_OPTIONS", None)
        wishes = [options] if options else []
        if format == "json":
            wishes[:0] = ["format=json", "log_path=report.json"]
        if wishes and not bare:
            environment["LEAKSHIM_OPTIONS"] = ":".join(wishes)
        environment.update(env or {})
        done = subprocess.run(command, cwd=folder, env=environment,
                              input=stdin, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, encoding="utf-8",
                              errors="backslashreplace")
        _last_run = Run(command, done, folder)
        if done.returncode == 124:
            raise AssertionError("not finished after %d s" % timeout)
        return _last_run


def pythons():
    """Those of this machine, and [(name, reason)] of those it lacks."""
    if "PYTHONS" not in os.environ:  # by hand: once, for run-python too
        os.environ["PYTHONS"] = os.path.join(_scratch, "pythons.list")
        with open(os.environ["PYTHONS"], "w", encoding="utf-8") as f:
            subprocess.run([os.path.join(TOP, "tests", "pythons")],
                           stdout=f, check=True)
    with open(os.environ["PYTHONS"], encoding="utf-8") as f:
        lines = f.read().splitlines()
    found, lacking = [], []
    for line in lines:
        name, second, rest = line.split(None, 2)
        if name == "SKIP":
            lacking.append((second, rest))
        else:
            found.append(Python(name, second, rest.split()))
    return found, lacking


def starts_itself(python):
    """Skip where sys.executable is not what was started."""
    if python.by_loader:
        raise Skip("its loader starts it: what it starts itself would not run")


def test(name, only=None, sample=False):
    """Make a function of an interpreter a test.

    only: a condition on the interpreter; others do not run it, without a
    word (it makes no sense there).  sample: too slow for all of them; without
    LEAKSHIM_TESTS=full it runs on those of sample_of().
    """
    def add(function):
        _tests.append((name, function, only, sample))
        return function
    return add


def once(name):
    """Make a function without arguments a test that runs a single time."""
    def add(function):
        _tests.append((name, function, None, None))
        return function
    return add


def equal(got, wanted, what):
    assert got == wanted, "%s: %r, not %r" % (what, got, wanted)


def sample_of(name, pythons):
    """Some interpreters for a test of this name, the same ones each time.

    The first of the oldest and of the newest minor version, and of every third
    one in between: which ones depends on the name, so that tests of one kind
    see all versions between them.
    """
    firsts = {}
    for python in pythons:
        firsts.setdefault(python.minor, python)
    minors = sorted(firsts)
    turn = zlib.crc32(name.encode())
    wanted = minors[:1] + minors[-1:] + [
        minor for i, minor in enumerate(minors[1:-1]) if (i + turn) % 3 == 0]
    return [p for p in pythons if p.minor in wanted and firsts[p.minor] is p]


def _comment(text):
    for line in text.splitlines():
        print("# " + line)


class _Tap:
    def __init__(self):
        self.number = 0
        self.failed = 0

    def line(self, verdict, name):
        self.number += 1
        # TAP gives the hash sign a meaning.
        print("%s %d - %s" % (verdict, self.number, name), flush=True)

    def attempt(self, name, function, *arguments):
        global _last_run
        _last_run = None
        name = name.replace("#", "number ")
        try:
            function(*arguments)
        except Skip as reason:
            self.line("ok", "%s # SKIP %s" % (name, reason))
        except Exception as error:
            self.failed += 1
            self.line("not ok", name)
            _comment("".join(traceback.format_exception(
                type(error), error, error.__traceback__)[-3:]))
            if _last_run:
                _comment(_last_run.describe())
        else:
            self.line("ok", name)
        for folder in os.listdir(_work):
            shutil.rmtree(os.path.join(_work, folder), ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-k", metavar="WORD", default="",
                        help="tests whose name has this word")
    parser.add_argument("-p", metavar="NAME", action="append",
                        help="interpreters of this name")
    wanted = parser.parse_args()
    found, lacking = pythons()
    if wanted.p:
        found, lacking = [p for p in found if p.name in wanted.p], []
    tap = _Tap()
    for name, function, only, sample in _tests:
        if wanted.k not in name:
            continue
        if sample is None:
            tap.attempt(name, function)
            continue
        able = [p for p in found if not only or only(p)]
        if sample and not FULL and not wanted.p:
            able = sample_of(name, able)
        for python in able:
            tap.attempt("%s: %s" % (python.name, name), function, python)
    for name, reason in lacking:
        tap.line("ok", "%s # SKIP %s" % (name, reason))
    print("1..%d" % tap.number)
    sys.exit(tap.failed != 0)
