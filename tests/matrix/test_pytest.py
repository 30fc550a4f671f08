#!/usr/bin/env python3
# pytest_leakshim.py: which tests of tests/fixtures/leaky fail, and what is
# said, on the interpreters for which Debian has pytest (fetch-packages).
import os
import re
import subprocess

import harness
import planted
from harness import Skip, equal, main, test

HELPERS = os.path.join(harness.TOP, "src", "interface")
ENV = {"LEAKSHIM_LIBRARY": "libleakshim.so"}

OUTCOMES = {
    "test_clean": "PASSED",
    "test_clean_failure": "FAILED",
    "test_after_a_failure[0]": "PASSED",
    "test_after_a_failure[1]": "PASSED",
    "test_fixture": "PASSED",
    "test_skipped": "SKIPPED",
    "test_expected_failure": "XFAIL",
    "test_lost": "FAILED",
    "test_hidden": "FAILED",
    "test_uncollectable": "FAILED",
    "test_frozen": "FAILED",
    "test_failing_and_lost": "FAILED",
    "test_lost_and_used_up": "FAILED",
    "test_all_kinds": "FAILED",
    "test_ignored_type": "PASSED",
    "test_ignored": "PASSED",
    "test_other_kind": "PASSED",
    "test_warm_up": "PASSED",
    "test_no_warm_up": "FAILED",
    "Case::test_clean": "PASSED",
    "Case::test_failure": "FAILED",
    "Case::test_lost": "FAILED",
    "Case::test_failing_and_lost": "FAILED",
}

# The tests with a report, and how its paragraph begins.
REPORTS = {
    "test_lost": "LOST REFERENCE",
    "test_hidden": "HIDDEN CYCLE",
    "test_uncollectable": "UNCOLLECTABLE",
    "test_frozen": "UNREACHABLE",
    "test_failing_and_lost": "LOST REFERENCE",
    "test_lost_and_used_up": "LOST REFERENCE",
    "test_all_kinds": "UNREACHABLE",
    "test_no_warm_up": "LOST REFERENCE",
    "Case.test_lost": "LOST REFERENCE",
    "Case.test_failing_and_lost": "LOST REFERENCE",
}

WITHOUT = {name for name, outcome in OUTCOMES.items()
           if outcome == "FAILED"} & {
    "test_clean_failure", "test_failing_and_lost", "Case::test_failure",
    "Case::test_failing_and_lost"}


def find_pythons():
    """Those of fetch-packages take the place of all others."""
    done = subprocess.run(
        [os.path.join(harness.TOP, "scripts", "fetch-packages"), "--list"],
        stdout=subprocess.PIPE, check=True, encoding="utf-8")
    wanted = os.environ.get("LEAKSHIM_PYTHONS", "").split()
    path = os.path.join(harness._scratch, "packages.list")
    with open(path, "w", encoding="utf-8") as f:
        for line in done.stdout.splitlines():
            if not wanted or line.split()[0] in wanted:
                f.write(line + "\n")
    os.environ["PYTHONS"] = path


def run(python, *arguments, env=None, bare=True, files=None, **more):
    """pytest on the project; the plugin brings the library in."""
    given = planted.files(python)
    for name in ("leakshim.py", "pytest_leakshim.py"):
        with open(os.path.join(HELPERS, name), "rb") as f:
            given[name] = f.read()
    with open(harness.LEAKSHIM_SO, "rb") as f:
        given["libleakshim.so"] = f.read()
    given.update(files or {})
    done = python.run("-m", "pytest", "-v", "-p", "no:cacheprovider",
                      *arguments, files=given, fixtures=["leaky"], bare=bare,
                      format="text", env=dict(ENV, **(env or {})),
                      timeout=300, **more)
    if "No module named pytest" in done.stderr:
        raise Skip("pytest is not installed: run scripts/fetch-packages")
    return done


def outcomes(done):
    found = {}
    for line in done.stdout.splitlines():
        # xdist puts the outcome first.
        match = (re.match(r"leaky/test_leaky\.py::(\S+) ([A-Z]+)", line) or
                 re.match(r"\[gw\d\].* ([A-Z]+) leaky/test_leaky\.py::(\S+)",
                          line))
        if match:
            a, b = match.groups()
            found.update({b: a} if a.isupper() else {a: b})
    return found


def sections(done):
    """{test: the text of its section}."""
    found = {}
    name = None
    for part in re.split(r"^_{3,} (\S+) _{3,}$", done.stdout,
                         flags=re.MULTILINE)[1:]:
        if re.match(r"^\S+$", part):
            name = part
            continue
        text = re.split(r"^={3,} ", part, flags=re.MULTILINE)[0]
        pieces = re.split(r"^-{3,} leakshim -{3,}$", text, flags=re.MULTILINE)
        if len(pieces) > 1:
            equal(len(pieces), 2, "sections of " + name)
            found[name] = pieces[1].strip()
    return found


def compare(got, wanted):
    equal({k: v for k, v in got.items() if wanted.get(k) != v},
          {k: v for k, v in wanted.items() if got.get(k) != v}
          if got.keys() == wanted.keys() else {}, "outcomes that differ")
    equal(sorted(got), sorted(wanted), "tests")


PLUGIN = ("-p", "pytest_leakshim", "--leakshim", "leaky")


@test("a test that leaks fails, with the report in a section of its own")
def project(python):
    done = run(python, *PLUGIN)
    compare(outcomes(done), OUTCOMES)
    told = sections(done)
    equal(sorted(told), sorted(REPORTS), "tests with a report")
    for name, begin in REPORTS.items():
        # An old word may hold one of many, which then looks different.
        text = told[name].split("\n\n")
        assert re.match(r"leakshim: \d findings?$", text[0]), (name, text[0])
        assert any(part.startswith(begin) for part in text[1:]), (name, text)
        assert "test_leaky.py" in told[name], (name, text)
        assert "_pytest/" not in told[name], (name, text)
    assert "%d tests with leaks, " % len(REPORTS) in done.stdout, "summary"
    equal(done.status, 1, "status")
    assert "==leakshim" not in done.stderr + done.stdout, "a report at exit"


@test("without --leakshim the plugin does nothing")
def switched_off(python):
    done = run(python, "-p", "pytest_leakshim", "leaky")
    got = outcomes(done)
    equal({k for k, v in got.items() if v == "FAILED"}, WITHOUT, "failed")
    equal(sections(done), {}, "sections")


@test("the ini file has the same wishes")
def ini_file(python):
    ini = ("[pytest]\naddopts = -p pytest_leakshim\nleakshim = true\n"
           "leakshim_kinds = hidden-cycle\nleakshim_ignore =\n"
           "    *.NoSuch\n    *.Owner\nleakshim_warmup = 0\n")
    done = run(python, "leaky", "-k", "test_lost or test_hidden",
               files={"pytest.ini": ini})
    equal({k for k, v in outcomes(done).items() if v == "FAILED"}, set(),
          "failed")
    done = run(python, "leaky", "-k", "test_hidden",
               files={"pytest.ini": ini.replace("    *.Owner\n", "")})
    equal(outcomes(done), {"test_hidden": "FAILED"}, "not ignored")


@test("under the library already, it does not start again")
def preloaded(python):
    done = run(python, *PLUGIN, "-k", "test_lost", bare=False,
               env={"LEAKSHIM_LIBRARY": "/nowhere"})
    got = outcomes(done)
    equal({k for k, v in got.items() if v == "FAILED"},
          {"test_lost", "test_lost_and_used_up", "Case::test_lost"}, "failed")


@test("without the library there is a clear error")
def no_library(python):
    done = run(python, *PLUGIN, env={"LEAKSHIM_LIBRARY": "/nowhere"})
    if "leakshim cannot be started" not in done.stderr + done.stdout:
        raise AssertionError("no clear error")
    equal(done.status, 4, "status")


# The program takes the signal that was asked for: a row that is asked.
TAKES_SIGNAL = {"leaky/conftest.py": "import signal\n\nsignal.signal("
                                     "signal.SIGUSR2, lambda *_: None)\n"}
SIGNAL = {"LEAKSHIM_OPTIONS": "signal=USR2:log_path=/dev/null"}
CLEAN = ("-k", "test_ignored_type or test_fixture")


@test("what was asked for and not done is in the summary")
def missed(python):
    done = run(python, *PLUGIN, *CLEAN, files=TAKES_SIGNAL, env=SIGNAL)
    equal((set(outcomes(done).values()), done.status), ({"PASSED"}, 0),
          "outcomes and status")
    found = re.findall("^asked for and not done in (.*)$", done.stdout,
                       re.MULTILINE)
    equal(len(found), 1, "lines")
    assert found[0].startswith("2 tests: signal: "), found
    # The twin takes nothing.
    done = run(python, *PLUGIN, *CLEAN, env=SIGNAL)
    assert "not done" not in done.stdout, done.stdout


@test("and fails tests with --leakshim-fail-on-missed")
def missed_fails(python):
    wanted = PLUGIN + CLEAN + ("--leakshim-fail-on-missed",)
    done = run(python, *wanted, files=TAKES_SIGNAL, env=SIGNAL)
    equal((set(outcomes(done).values()), done.status), ({"FAILED"}, 1),
          "outcomes and status")
    assert "leaks: asked for and not done: signal: " in done.stdout
    done = run(python, *wanted, env=SIGNAL)
    equal((set(outcomes(done).values()), done.status), ({"PASSED"}, 0),
          "outcomes and status of the twin")
    ini = "[pytest]\nleakshim_fail_on_missed = true\n"
    done = run(python, *PLUGIN, *CLEAN, env=SIGNAL,
               files=dict(TAKES_SIGNAL, **{"pytest.ini": ini}))
    equal(done.status, 1, "status by the ini file")


@test("with pytest-xdist too")
def xdist(python):
    done = run(python, *PLUGIN, "-n", "2")
    if "unrecognized arguments: -n" in done.stderr:
        raise Skip("pytest-xdist is not installed: run scripts/fetch-packages")
    compare(outcomes(done), OUTCOMES)
    equal(sorted(sections(done)), sorted(REPORTS), "tests with a report")
    assert "%d tests with leaks, " % len(REPORTS) in done.stdout, "summary"


@test("in a virtual environment it starts that again")
def environment(python):
    if python.in_root:
        raise Skip("no virtual environment in a root")
    folder = os.path.join(harness._scratch, "venv")
    subprocess.run(python.command + ["-m", "venv", "--without-pip",
                                     "--system-site-packages", folder],
                   check=True)
    inside = harness.Python(python.name, python.text,
                            [os.path.join(folder, "bin", "python")])
    with open(os.environ["PYTHONS"], encoding="utf-8") as f:
        before = f.read()
    with open(os.environ["PYTHONS"], "w", encoding="utf-8") as f:
        f.write("%s %s %s\n" % (inside.name, inside.text, inside.command[0]))
    try:
        done = run(inside, *PLUGIN, "-k", "test_lost or where", files={
            "leaky/test_where.py": "import sys\n\ndef test_where():\n"
                                   "    assert sys.prefix == %r\n" % folder})
    finally:
        with open(os.environ["PYTHONS"], "w", encoding="utf-8") as f:
            f.write(before)
    equal(outcomes(done)["test_lost"], "FAILED", "test_lost")
    assert "test_where.py::test_where PASSED" in done.stdout, done.stdout


find_pythons()
main()
