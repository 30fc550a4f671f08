#!/usr/bin/env python3
# Hostile text in every string of a report: each format is still read by its
# reader, which sees as many findings as there are, and nothing else.
import json
import os
import random
import subprocess
import tempfile

import readers
from harness import FULL, LEAKSHIM, TOP, Skip, equal, main, once

readers.use_debian_python("jsonschema", "junitparser", "prometheus_client")

ROUNDS = 120 if FULL else 25
REPORT = os.path.join(TOP, "tests", "golden", "report.json")
# These have no place for what was asked for and not done.
PLACELESS = ("dot", "folded", "pprof", "suppressions")
# Words of fixed lists, and what identifies the file.  Fingerprints are checked
# when a report is read, so they change and stay what they are.
FIXED = {"schema", "kind", "reason", "state", "thread"}
KINDS = ["uncollectable", "lost-reference", "hidden-cycle", "unreachable",
         "resurrected", "growth", "collected"]
WORDS = [
    "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>", "' onclick='alert(1)", "javascript:alert(1)",
    "]]>", "<![CDATA[", "<!--", "-->", "&lt;", "&#x3c;", "&amp", "<?xml",
    "%0A::error::x", "%25", "\r\n::warning file=a,line=1::x", "::set-env::",
    "a;b", "x 17\n", "17", " ", "\t", "\\", "\\\\", "\\N", "\\l", "\"", "\\\"",
    "\"]; evil [label=\"", "{a|b}", "\"} 1\n# EOF\n", "\n", "\0x".strip("\0"),
    "\x01", "\x1b[31m", "\x7f", "\x9b", "\u2028", "\u2029", "\u202e",
    "\ufeff", "\ufffe", "\uffff", "\U0001f40d", "é", "$(id)", "%s%n", "../..",
    "/", "file:///etc/passwd", "http://x/", "<string>", "x" * 3000, "",
]


def hostile(chance):
    return "".join(chance.choice(WORDS)
                   for _ in range(chance.randrange(0, 5)))


def poison(value, chance, numbers):
    if isinstance(value, dict):
        return {key: each if key in FIXED else
                "%s-%016x" % (value["kind"], next(numbers))
                if key == "fingerprint" else poison(each, chance, numbers)
                for key, each in value.items()}
    if isinstance(value, list):
        return [poison(each, chance, numbers) for each in value]
    return hostile(chance) if isinstance(value, str) else value


def place(finding):
    """In which order findings are told: those that nobody waits for last."""
    return (finding["state"] in ("known", "suppressed"),
            KINDS.index(finding["kind"]), -finding["bytes"],
            finding["fingerprint"])


def poisoned(number):
    chance = random.Random("formats %d" % number)
    with open(REPORT, encoding="utf-8") as f:
        report = json.load(f)
    for finding in report["findings"]:
        finding["state"] = chance.choice(
            ["new", "new", "known", "suppressed", "startup"])
    numbers = iter(range(1000))
    report = poison(report, chance, numbers)
    report["findings"].sort(key=place)
    return report


def said(report):
    """What was asked for and not done: each format or standard error says it."""
    return [row for row in report["coverage"]["missed"] if row.get("asked")]


def counted(report):
    return [f for f in report["findings"]
            if f["state"] in ("new", "known")]


def check_sarif(data, report):
    equal(readers.sarif(data), [f["fingerprint"] for f in report["findings"]],
          "fingerprints")


def check_junit(data, report):
    equal(len(readers.junit(data)),
          len(report["findings"]) + 1 + len(said(report)), "test cases")


def check_github(data, report):
    commands = readers.github(data)
    equal(len(commands), len(said(report)) + sum(
        f["state"] == "new" for f in report["findings"]), "annotations")


def check_dot(data, report):
    equal(readers.dot(data)[0], len(report["findings"]), "clusters")


def check_folded(data, report):
    stacks = readers.folded(data)
    equal([n for _, n in stacks], [f["bytes"] for f in counted(report)],
          "bytes")
    for (frames, _), finding in zip(stacks, counted(report)):
        allocated = finding["allocated"]
        n = len(allocated["python"]) + sum(
            not each["runs"] for each in allocated["native"])
        equal(len(frames), max(n, 1) + 1, "frames")


def check_pprof(data, report):
    equal(readers.pprof(data), len(counted(report)), "samples")


def check_openmetrics(data, report):
    families = readers.openmetrics(data)
    equal(len(families), 22, "families")
    equal(len(families["leakshim_finding_bytes"]), len(report["findings"]),
          "findings")


def check_suppressions(data, report):
    """Read by the gate: they match each finding that was new, and no other."""
    new = [f["fingerprint"] for f in report["findings"]
           if f["state"] == "new"]
    lines = data.decode().split("\n")
    equal([line for line in lines if line and not line.startswith("# ")],
          ["fingerprint:" + each for each in new], "rules")
    with tempfile.TemporaryDirectory() as folder:
        rules = os.path.join(folder, "rules")
        path = os.path.join(folder, "r.json")
        with open(rules, "wb") as f:
            f.write(data)
        with open(path, "w", encoding="utf-8") as f:
            json.dump(report, f)
        done = subprocess.run(
            [LEAKSHIM, "gate", "--fail_on=all", "--suppressions=" + rules,
             path], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            timeout=120)
    equal((done.returncode, done.stderr), (0, b""), "the gate")
    last = done.stdout.decode().splitlines()[-1]
    assert last.startswith("gate: passed: 0 of "), last
    assert "; 0 new, " in last, last
    assert b"unused" not in done.stdout, done.stdout


def check_html(data, report):
    page = readers.page(data)
    equal(page.counts["article"], len(report["findings"]), "findings")
    equal(page.counts.get("svg", 0), 0, "pictures")


def check_pictures(data, report):
    page = readers.page(data)
    equal(page.counts["article"], len(report["findings"]), "findings")
    cycles = sum(bool(f["cycle"] and f["cycle"][-1]["edge"] is not None)
                 for f in report["findings"])
    equal(page.counts.get("svg", 0), cycles, "pictures")


def fuzz(name, form, check, rounds=ROUNDS, with_dot=False):
    @once("%s, with hostile text in it" % name)
    def fuzzes():
        if with_dot:
            readers.program("dot", "graphviz")
        environment = dict(os.environ)
        if not with_dot:
            environment["PATH"] = "/nonexistent"
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "r.json")
            for number in range(rounds):
                report = poisoned(number)
                with open(path, "w", encoding="utf-8") as f:
                    json.dump(report, f)
                done = subprocess.run(
                    [LEAKSHIM, "report", "--format=" + form, path],
                    env=environment, stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE, timeout=120)
                equal(done.returncode, 0, "%d: status" % number)
                lines = done.stderr.splitlines()
                equal(len(lines),
                      len(said(report)) if form in PLACELESS else 0,
                      "%d: lines on standard error" % number)
                assert all(line.startswith(b"leakshim: report: missed: ")
                           for line in lines), lines
                try:
                    check(done.stdout, report)
                except Skip:
                    raise
                except Exception as error:
                    raise AssertionError("report %d: %s: %s" % (
                        number, type(error).__name__, error)) from error


fuzz("rules", "suppressions", check_suppressions)
fuzz("SARIF", "sarif", check_sarif)
fuzz("JUnit", "junit", check_junit)
fuzz("GitHub's annotations", "github", check_github)
fuzz("dot", "dot", check_dot, rounds=10)
fuzz("folded stacks", "folded", check_folded)
fuzz("a profile", "pprof", check_pprof)
fuzz("OpenMetrics", "openmetrics", check_openmetrics)
fuzz("the page without pictures", "html", check_html)
fuzz("the page with pictures", "html", check_pictures, 10, with_dot=True)

main()
