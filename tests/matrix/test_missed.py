#!/usr/bin/env python3
# What was asked for and not done is said at verbosity 0, everywhere: a clean
# report must not be one that did not look.
import json
import os
import subprocess
import tempfile

import harness
from findings import is_unhooked
from harness import LEAKSHIM, Skip, equal, main, once, test

GOLDEN = os.path.join(harness.TOP, "tests", "golden", "report.json")
HELPER = os.path.join(harness.TOP, "src", "interface", "leakshim.py")
CLEAN = {"clean.py": "x = [1]\n"}


def said(text):
    """{what: the rest} of the lines that say what was not done."""
    rows = {}
    for line in text.splitlines():
        if line.startswith("==leakshim:") and " missed: " in line:
            what, _, rest = line.partition(" missed: ")[2].partition(" ")
            rows[what.rstrip(":")] = rest
    return rows


def asked(report):
    return {row["what"]: row for row in report["coverage"]["missed"]
            if row["asked"]}


# ---- gate ----


def clean_report(missed=(), **process):
    with open(GOLDEN, encoding="utf-8") as f:
        value = json.load(f)
    value["findings"] = []
    for kind in value["summary"].values():
        kind.update(findings=0, objects=0, bytes=0)
    value["coverage"]["missed"] = list(missed)
    value["process"].update(process)
    return value


def tool(verb, *arguments, reports=()):
    with tempfile.TemporaryDirectory() as folder:
        for i, value in enumerate(reports):
            with open(os.path.join(folder, "%d.json" % i), "w",
                      encoding="utf-8") as f:
                json.dump(value, f)
        return subprocess.run([LEAKSHIM, verb, *arguments, folder],
                              stdout=subprocess.PIPE, encoding="utf-8",
                              stderr=subprocess.PIPE, timeout=120)


WITHHELD = {"what": "lost-reference", "count": 16, "why": "held?",
            "asked": True}
JUDGED = {"what": "lost-memory", "count": 3, "why": "few", "asked": False}
FAILED = {"what": "analysis", "count": None, "why": "out of memory",
          "asked": True}
CUT = {"what": "findings", "count": 7, "why": "max_findings", "asked": True}


@once("gate passes what was not done, and says it")
def gate_says():
    for row in (WITHHELD, FAILED):
        done = tool("gate", reports=[clean_report([row])])
        equal(done.returncode, 0, "status")
        assert "missed: " + row["what"] in done.stdout, done.stdout
        line = ("gate: 1 thing was asked for and not done"
                if row is WITHHELD else "gate: 1 of 1 report has no analysis")
        assert line in done.stdout, done.stdout
        assert "SUMMARY: incomplete: 0 findings" in done.stdout, done.stdout
    done = tool("gate", reports=[clean_report([JUDGED])])
    assert "missed" not in done.stdout, done.stdout


@once("gate --fail_on_missed fails by what was asked for, and names it")
def gate_fails():
    for row in (WITHHELD, FAILED, CUT):
        for option in ("--fail_on_missed", "--fail-on-missed"):
            done = tool("gate", option, reports=[clean_report([row])])
            equal(done.returncode, 23, "status for " + row["what"])
            lines = done.stdout.splitlines()
            assert lines[-1].startswith("gate: FAILED: 0 of 0 "), lines[-1]
            name = "gate: asked for and not done: %s" % row["what"]
            assert any(line.startswith(name) for line in lines), lines
    # The twins: nothing missed, or nothing that was asked for.
    for rows in ([], [JUDGED]):
        done = tool("gate", "--fail_on_missed", reports=[clean_report(rows)])
        equal(done.returncode, 0, "status")
        assert "not done" not in done.stdout, done.stdout


@once("a row of an older report is not known to have been asked for")
def old_rows():
    old = [{k: v for k, v in row.items() if k != "asked"}
           for row in (WITHHELD, FAILED)]
    done = tool("gate", "--fail_on_missed", reports=[clean_report(old[:1])])
    equal(done.returncode, 0, "status")
    done = tool("gate", "--fail_on_missed", reports=[clean_report(old[1:])])
    equal(done.returncode, 23, "status without an analysis")


@once("asked in one report is asked in all of them together")
def merged():
    twin = dict(WITHHELD, asked=False)
    for order in ([WITHHELD, twin], [twin, WITHHELD]):
        done = tool("report", "--format=json",
                    reports=[clean_report([row]) for row in order])
        rows = json.loads(done.stdout)["coverage"]["missed"]
        equal([(row["count"], row["asked"]) for row in rows], [(32, True)],
              "rows")


def needs(n, time, pid=1):
    row = {"what": "growth-checks", "count": n, "why": "more", "asked": True}
    return clean_report([row] if n else [], time="2026-11-30T00:0%d:00Z" % time,
                        pid=pid)


@once("of a series, the last report says whether growth= had its checks")
def series():
    whole = [needs(2, 0), needs(1, 1), needs(0, 2), needs(0, 3)]
    for reports in (whole, whole[::-1]):
        done = tool("gate", "--fail_on_missed", reports=reports)
        equal(done.returncode, 0, "status")
    short = whole + [needs(3, 0, pid=2), needs(2, 1, pid=2), needs(1, 0, 3)]
    for reports in (short, short[::-1]):
        done = tool("gate", "--fail_on_missed", reports=reports)
        equal(done.returncode, 23, "status")
        assert "gate: asked for and not done: growth-checks (2): " in (
            done.stdout), done.stdout


@once("diff says what the new report did not look at")
def diffed():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "new.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(clean_report([FAILED, JUDGED]), f)
        text = subprocess.run([LEAKSHIM, "diff", GOLDEN, path],
                              stdout=subprocess.PIPE, encoding="utf-8").stdout
        done = subprocess.run([LEAKSHIM, "diff", "--format=json", GOLDEN,
                               path], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, encoding="utf-8")
    equal(text.count("missed in the new report: "), 1, "lines")
    assert "missed in the new report: analysis: out of memory" in text, text
    equal(done.stderr, "leakshim: diff: missed: analysis: out of memory\n",
          "standard error")


# ---- programs ----


@test("growth= says how many more checks it needs", sample=True)
def growth(python):
    run = python.run("clean.py", files=CLEAN, format="text",
                     options="growth=3")
    equal(list(said(run.stderr)), ["growth-checks"], "said")
    assert said(run.stderr)["growth-checks"].startswith("(3): "), run.stderr
    run = python.run("clean.py", files=CLEAN, options="growth=3")
    equal(asked(run.report)["growth-checks"]["count"], 3, "count")
    equal(run.status, 0, "status")


TAKES_SIGNAL = """
import signal, sys, warnings
import leakshim
if sys.argv[1] == "takes":
    signal.signal(signal.SIGUSR2, lambda *unused: None)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    with leakshim.no_leaks() as block:
        pass
print("%s %s" % ([w.category.__name__ for w in caught], [str(what) for what, _ in
                                              block.missed]))
"""


@test("no_leaks warns of what it could not do")
def warns(python):
    if is_unhooked(python):
        raise Skip("a statically linked 2.7 records no allocations: no marks")
    with open(HELPER, encoding="utf-8") as f:
        files = {"takes.py": TAKES_SIGNAL, "leakshim.py": f.read()}
    for way, kind in (("takes", "['LeakshimWarning'] ['signal: "),
                      ("leaves", "[] []\n")):
        run = python.run("takes.py", way, files=files, format="text",
                         options="signal=USR2:log_path=/dev/null")
        assert run.stdout.startswith(kind), run.stdout


@test("native= says where there are no native frames", sample=True)
def native(python):
    report = python.run("clean.py", files=CLEAN, options="native=8").report
    equal(report["coverage"]["native"], "native-frames" not in asked(report),
          "native frames, or a row")
    run = python.run("clean.py", files=CLEAN, options="native=8",
                     format="text")
    equal("native-frames" in said(run.stderr), not report["coverage"]["native"],
          "said")
    equal("native-frames" in asked(python.run("clean.py", files=CLEAN).report),
          False, "asked without the option")


NO_PROC = "mount -t tmpfs none /proc && exec env LD_PRELOAD=\"$1\" \"$2\" -c pass"


@test("without /proc it is said that lost references may be missed",
      sample=True)
def no_proc(python):
    if python.in_root or python.by_loader:
        raise Skip("it has a root of its own")
    if os.getuid() != 0:
        raise Skip("only root may mount")
    command = ["unshare", "-m", "sh", "-c", NO_PROC, "sh",
               harness.LEAKSHIM_SO, python.command[0]]
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8",
                          timeout=120)
    if "unshare:" in done.stderr or "mount:" in done.stderr:
        raise Skip("no mounts here: " + done.stderr.strip())
    equal((done.returncode, done.stdout), (0, ""), "result")
    why = said(done.stderr)["reachability"]
    assert "/proc" in why and "mount" in why, why
    assert "SUMMARY: incomplete: 0 findings" in done.stderr, done.stderr


@test("a program that ends where no check is possible says so")
def ends_in_c(python):
    program = ("import sys\ntry:\n    import ctypes\n"
               "except ImportError:\n    sys.exit('no ctypes')\n"
               "getattr(ctypes, sys.argv[1])(None)._exit(3)\n")
    for way, lines in (("CDLL", 1), ("PyDLL", 0)):
        run = python.run("ends.py", way, files={"ends.py": program})
        if "no ctypes" in run.stderr:
            raise Skip("it has no ctypes")
        equal(run.status, 3, "status")
        equal(run.stderr.count("no report: the process ended in C code"),
              lines, "lines for " + way)
        equal(len(run.reports), 1 - lines, "reports")


@test("collected= says if collections are not announced",
      only=lambda python: python.major == 2)
def no_collections(python):
    for option in ("collected=1", "gcstats=1"):
        report = python.run("clean.py", files=CLEAN, options=option).report
        equal("collected" in asked(report), is_unhooked(python), option)


@test("a program of which all was seen is silent")
def silent(python):
    run = python.run("clean.py", files=CLEAN, format="text")
    equal((run.status, run.stdout, run.stderr), (0, "", ""), "run")
    equal(asked(python.run("clean.py", files=CLEAN).report), {}, "asked")


main()
