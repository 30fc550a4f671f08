#!/usr/bin/env python3
# Suppressions and baselines: in the program's own exit status, and in a gate.
import subprocess

import planted
from findings import about, is_unhooked, the_one
from harness import LEAKSHIM, Skip, equal, main, once, pythons, test

FAIL = "fail_on=unreachable:exitcode=9:"
EXPIRED = "until=2001-01-31 "


def states(report):
    """{type: state} of the findings of fifty.py."""
    return {f["types"][0]["name"].split(".")[-1]: f["state"]
            for f in report["findings"]
            if f["types"][0]["name"].startswith("__main__.K")}


@test("what no rule and no baseline has fails")
def fails(python):
    run = python.run("fifty.py", 3, options=FAIL)
    equal(run.status, 9, "status")
    equal(states(run.report), dict.fromkeys(("K00", "K01", "K02"), "new"),
          "states")
    assert "suppressions" not in run.report, "no file, no table"


@test("suppressed findings do not fail, and are counted")
def suppressed(python):
    rules = ("type:^__main__.K00$\nunreachable/gc-disabled:K01\n"
             "leak:K02\nleak:nobody\n")
    run = python.run("fifty.py", 3, options=FAIL + "suppressions=my.supp",
                     files={"my.supp": rules})
    equal((run.status, run.stderr), (0, ""), "status and stderr")
    equal(states(run.report),
          dict.fromkeys(("K00", "K01", "K02"), "suppressed"), "states")
    equal([(row["rule"], row["expired"], row["findings"])
           for row in run.report["suppressions"]],
          [(rule, False, 1) for rule in rules.splitlines()[:3]], "table")


@test("one finding too many for the rules fails")
def one_more(python):
    run = python.run("fifty.py", 2, options=FAIL + "suppressions=my.supp",
                     files={"my.supp": "type:K01\n" + EXPIRED + "type:K00\n"})
    equal(run.status, 9, "status")
    equal(states(run.report), {"K00": "new", "K01": "suppressed"}, "states")
    equal([(row["rule"], row["expired"]) for row in
           run.report["suppressions"]],
          [("type:K01", False), (EXPIRED + "type:K00", True)], "table")


@test("functions and files of frames are matched", sample=True,
      only=lambda python: not is_unhooked(python))
def frames(python):
    for rule, status in (("leak:^leak_00$", 0), ("leak:fifty.py$", 0),
                         ("leak:^leak_01$", 9)):
        run = python.run("fifty.py", 1, options=FAIL + "suppressions=my.supp",
                         files={"my.supp": rule + "\n"})
        equal(run.status, status, rule)


@test("findings of an earlier report are known and do not fail")
def known(python):
    first = python.run("fifty.py", 2, options=FAIL)
    equal(first.status, 9, "status without a baseline")
    files = {"base.json": first.read("report.json")}
    again = python.run("fifty.py", 2, options=FAIL + "baseline=base.json",
                       files=files)
    equal((again.status, again.stderr), (0, ""), "status and stderr")
    equal(states(again.report), {"K00": "known", "K01": "known"}, "states")
    more = python.run("fifty.py", 3, options=FAIL + "baseline=base.json",
                      files=files)
    equal(more.status, 9, "status of one more")
    equal(states(more.report),
          {"K00": "known", "K01": "known", "K02": "new"}, "states")


@test("the text is quiet on what is known, and loud on what is new")
def text(python):
    # Of a static 2.7 the text says that it has no backtraces.
    quiet = FAIL + ("track=none:" if is_unhooked(python) else "")
    run = python.run("fifty.py", 2, format="text",
                     options=quiet + "suppressions=my.supp",
                     files={"my.supp": "type:K00\ntype:K01\n"})
    equal((run.status, run.stderr), (0, ""), "all are suppressed")
    run = python.run("fifty.py", 2, format="text",
                     options=FAIL + "suppressions=my.supp",
                     files={"my.supp": "type:K00\n"})
    equal(run.status, 9, "status of a new one")
    assert "__main__.K01  refcount" in run.stderr, "the new one is shown"
    assert "__main__.K00  refcount" not in run.stderr, "the other is not"
    assert "not shown: 1 suppressed finding\n" in run.stderr, "but counted"
    lines = run.stderr.splitlines()
    at = [i for i, line in enumerate(lines)
          if line.endswith("== suppressions used:")]
    assert at and lines[at[0] + 2].endswith("  type:K00"), "the table"


@test("files that are not what they should be take nothing from the program")
def bad_files(python):
    files = {"bad.supp": "type:K00\nnonsense\ntype:\n", "empty": "",
             "noise": b"\0\xff" * 5000, "cut.json": '{"schema": "leaks'}
    for options, status, start in (
            ("suppressions=bad.supp", 0,
             "leakshim: bad.supp:2:1: 'nonsense': "),
            ("suppressions=missing", 9,
             "leakshim: option suppressions: cannot read missing: no such "
             "file"),
            ("suppressions=/", 9,
             "leakshim: option suppressions: cannot read /: it is a directory"),
            ("suppressions=empty", 9, ""),
            ("suppressions=noise", 9, "leakshim: noise:1:1: "),
            ("baseline=missing", 9,
             "leakshim: option baseline: cannot read missing: no such file"),
            ("baseline=cut.json", 9, "leakshim: cut.json:1:18: "),
            ("baseline=noise", 9, "leakshim: noise:1:1: ")):
        run = python.run("fifty.py", 1, options=FAIL + options, files=files)
        equal(run.status, status, options)
        assert run.stderr.startswith(start) and (
            bool(start) == bool(run.stderr)), run.stderr
        if start and "bad" not in options:
            equal(run.stderr.count("\n"), 1, "lines of " + options)
        missed = [m["what"] for m in run.report["coverage"]["missed"]]
        equal(options.split("=")[0] in missed, bool(start),
              "coverage.missed of " + options)


@test("a check in the process itself knows them as well", sample=True)
def in_place(python):
    for rule, status in (("type:K00", 0), ("type:K01", 9)):
        run = python.run("fifty.py", 1,
                         options=FAIL + "isolate=0:suppressions=my.supp",
                         files={"my.supp": rule + "\n"})
        equal((run.status, run.stderr), (status, ""), rule)
        equal(len(run.report["suppressions"]), status == 0, "rows")


@test("the files are read before the program changes its directory",
      sample=True)
def chdir(python):
    run = python.run(
        "-c", "import gc, os\ngc.collect()\ngc.disable()\nos.chdir('/')\n"
        "class Ring(object): pass\nring = Ring()\nring.ring = ring\n"
        "del ring\n", options=FAIL + "suppressions=my.supp",
        files={"my.supp": "type:Ring\n"})
    equal(run.status, 0, "status")


# ---- a gate ----

def leakshim(folder, *words):
    return subprocess.run([LEAKSHIM] + list(words), cwd=folder,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8")


RULES = """\
# one that is over, and one that nothing needs
until=2001-01-31 type:^__main__.K49$
type:^__main__.K99$
"""


@test("of what is lost at an unknown place a baseline allows so many",
      sample=True)
def so_many(python):
    def lose(n, options="", **more):
        return python.run("planted.py", "leak", "list", n,
                          options="backtrace=0:exitcode=23" + options,
                          files=dict(planted.files(python), **more))

    done = {n: lose(n) for n in (50, 100)}
    base = done[50].path("base.json")
    leakshim(done[50].folder, "gate", "--write_baseline=base.json",
             "report.json")
    equal(leakshim(done[50].folder, "gate", "--baseline=base.json",
                   "report.json").returncode, 0, "the same")
    more = leakshim(done[100].folder, "gate", "--baseline=" + base,
                    "report.json")
    equal(more.returncode, 23, "twice as many")
    assert "at an unknown place, and the baseline has" in more.stdout, (
        more.stdout)
    both = leakshim(done[50].folder, "gate", "--baseline=base.json",
                    "report.json", done[50].path("report.json"),
                    done[100].path("report.json"))
    equal(both.returncode, 23, "in several reports")
    with open(base, encoding="utf-8") as f:
        text = f.read()
    for n, status in ((50, 0), (100, 23)):
        equal(lose(n, ":baseline=base.json", **{"base.json": text}).status,
              status, "in the program, %d" % n)
    # Another type is another finding.
    other = python.run("planted.py", "leak", "dict", 50,
                       files=planted.files(python), options="backtrace=0")
    equal(leakshim(other.folder, "gate", "--baseline=" + base,
                   "report.json").returncode, 23, "another type")


@test("50 findings, 48 known, one new, one of an expired rule", sample=True)
def fifty(python):
    base = python.run("fifty.py", 48)
    made = leakshim(base.folder, "gate", "--fail_on=unreachable",
                    "--write_baseline=base.json", "report.json")
    equal((made.returncode, made.stdout, made.stderr),
          (0, "gate: base.json: 48 findings, 48 added, 0 removed\n", ""),
          "a baseline is made")
    same = leakshim(base.folder, "gate", "--fail_on=unreachable",
                    "--baseline=base.json", "report.json")
    equal((same.returncode, same.stdout.splitlines()[-1]),
          (0, "gate: passed: 0 of 48 findings fail; 0 new, 48 known, "
           "0 suppressed"), "the same again")

    run = python.run("fifty.py", 50, options="kinds=auto", files={
        "my.supp": RULES, "base.json": base.read("base.json")})
    options = ["gate", "--fail_on=unreachable", "--baseline=base.json",
               "--suppressions=my.supp"]
    done = leakshim(run.folder, *options, "report.json")
    equal((done.returncode, done.stderr), (23, ""), "status and stderr")
    for name, shown in (("K48", True), ("K49", True), ("K00", False)):
        equal("    __main__.%s  refcount" % name in done.stdout, shown, name)
    head = "==leakshim:%d== " % run.report["process"]["pid"]
    objects, size = sized(about(run.report, "__main__.K49"))
    told = [line for line in done.stdout.splitlines()
            if line.startswith((head, "gate:"))]
    told = [line for line in told if "cyclic garbage" not in line and
            "SUMMARY" not in line and "approximate" not in line][2:]
    equal(told, [
        head + "not shown: 48 findings of the baseline",
        head + "suppressions that have expired, and what they no longer "
        "suppress:",
        head + "  findings     objects           size  rule",
        head + "         1  %10d  %13s  until=2001-01-31 "
        "type:^__main__.K49$" % (objects, size),
        "gate: my.supp:2: expired: until=2001-01-31 type:^__main__.K49$",
        "gate: my.supp:3: unused: type:^__main__.K99$",
        "gate: FAILED: 2 of 50 findings fail; 2 new, 48 known, 0 suppressed",
    ], "what the gate says")

    # Twins: a rule that is in force; a limit that lets both pass.
    with open(run.path("my.supp"), "w", encoding="utf-8") as f:
        f.write(RULES.replace("2001", "2999"))
    done = leakshim(run.folder, *options, "report.json")
    equal((done.returncode, done.stdout.splitlines()[-1]),
          (23, "gate: FAILED: 1 of 50 findings fails; 1 new, 48 known, "
           "1 suppressed"), "the rule in force")
    done = leakshim(run.folder, *options, "--max=unreachable:1",
                    "report.json")
    equal(done.returncode, 0, "one may be new")
    # The program's own exit status says the same.
    again = python.run("fifty.py", 50, files={
        "my.supp": RULES, "base.json": base.read("base.json")},
        options=FAIL + "suppressions=my.supp:baseline=base.json")
    equal(again.status, 9, "its own status")
    equal(sorted(states(again.report).values()).count("new"), 2, "new ones")


def sized(findings):
    """Objects and bytes, as the text has them."""
    equal(len(findings), 1, "findings")
    objects, size = findings[0]["objects"], findings[0]["bytes"]
    return objects, ("%d bytes" % size if size < 1024 else
                     "%.1f KiB" % (size / 1024))


# ---- fingerprints ----

MODULE = """\
class Ring(object):
    pass


def make(n):
    for _ in range(n):
        ring = Ring()
        ring.ring = ring
"""
PROGRAM = """\
import gc
import sys
sys.path[:0] = ["venv/lib/site-packages", "checkout/src"]
import installed
import own
gc.collect()
gc.disable()


def work():
    installed.make(3)
    own.make(3)


work()
"""


def fingerprints(python, lines="", folder="", **more):
    """Of the program, with lines before each of its lines' homes."""
    files = {"checkout/src/own.py": lines + MODULE,
             "venv/lib/site-packages/installed.py": lines + MODULE,
             "app.py": lines + PROGRAM.replace("venv", folder + "venv")}
    if folder:
        files[folder + "venv/lib/site-packages/installed.py"] = files.pop(
            "venv/lib/site-packages/installed.py")
    report = python.run("app.py", files=files, **more).report
    found = {f["types"][0]["name"]: f["fingerprint"]
             for name in ("own.Ring", "installed.Ring")
             for f in [the_one(report, name)]}
    equal(len(found), 2, "findings")
    return found


@test("fingerprints survive moved lines, checkouts and environments")
def stable(python):
    wanted = fingerprints(python)
    # Each run has a work folder of another name: a checkout elsewhere.
    equal(fingerprints(python), wanted, "another folder")
    equal(fingerprints(python, "# a line\n\nimport os\n"), wanted, "lines")
    equal(fingerprints(python, folder="opt/other/"), wanted,
          "another virtual environment")
    equal(fingerprints(python, options="backtrace=8"), wanted, "backtrace=")
    equal(fingerprints(python, env={"HOME": "/nowhere", "LC_ALL": "C"}),
          wanted, "another user's machine")


@test("fingerprints tell functions and files apart",
      only=lambda python: not is_unhooked(python), sample=True)
def different(python):
    one = fingerprints(python)
    assert len(set(one.values())) == 2, one
    global MODULE
    before, MODULE = MODULE, MODULE.replace("make(n)", "make_it(n)") + (
        "\n\ndef make(n):\n    make_it(n)\n")
    try:
        other = fingerprints(python)
    finally:
        MODULE = before
    assert not set(one.values()) & set(other.values()), "a renamed function"


@once("fingerprints are those of other patch releases and builds")
def releases():
    by_minor = {}
    for python in pythons()[0]:
        if not is_unhooked(python):
            by_minor.setdefault(python.minor, []).append(python)
    several = [each for each in by_minor.values() if len(each) > 1]
    if not several:
        raise Skip("no minor version has two interpreters")
    for same in several:
        wanted = fingerprints(same[0])
        for python in same[1:]:
            equal(fingerprints(python), wanted, python.name)


main()
