"""What a real program's reports say, held against the list of real leaks.

tests/clean/accepted has an entry for each bug that is known to be real:

    INTERPRETERS PROGRAM KIND/REASON TYPE FUNCTION
        evidence, in indented lines

The first four and the last are patterns of fnmatch, INTERPRETERS several of
them with commas; TYPE is one of the finding's types, FUNCTION one of the Python
functions in which the object was made ("*" where none is known).  Whatever no
entry matches is a false accusation until somebody has proved it real.
"""

import collections
import concurrent.futures
import fnmatch
import json
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "tests", "matrix"))

import harness  # noqa: E402
from findings import frames, is_failing, type_names  # noqa: E402

ACCEPTED = os.path.join(HERE, "accepted")
WORDS = ("clean", "accepted", "accused", "blind", "odd", "skipped")
BAD = ("accused", "blind", "odd")


class Accepted:
    """One entry.  n_used tells whether it is still needed."""

    def __init__(self, words):
        (interpreters, self.program, self.verdict, self.type,
         self.function) = words
        self.interpreters = interpreters.split(",")
        self.evidence = ""
        self.n_used = 0

    def is_about(self, name, program):
        return fnmatch.fnmatchcase(program, self.program) and any(
            fnmatch.fnmatchcase(name, each) for each in self.interpreters)

    def matches(self, name, program, finding):
        functions = [f for f, _, _ in made_in(finding)] or [""]
        return (self.is_about(name, program) and
                fnmatch.fnmatchcase(verdict_of(finding), self.verdict) and
                bool(fnmatch.filter(type_names(finding), self.type)) and
                bool(fnmatch.filter(functions, self.function)))


def read_accepted(path=ACCEPTED):
    entries = []
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if line.startswith("#") or not line.strip():
                continue
            if line[0].isspace():
                entries[-1].evidence += line
                continue
            assert len(line.split()) == 5, "%s:%d: not five words" % (
                path, number)
            entries.append(Accepted(line.split()))
    for each in entries:
        assert each.evidence, "%s: no evidence for %s" % (path, each.program)
    return entries


def verdict_of(finding):
    return "%s/%s" % (finding["kind"], finding["reason"])


def made_in(finding):
    return frames(finding) if (finding["allocated"] or {}).get("python") else []


def describe(finding):
    return "%s, %d objects: %s, made in %s" % (
        verdict_of(finding), finding["objects"],
        ", ".join("%d %s" % (t["count"], t["name"])
                  for t in finding["types"][:4]),
        " < ".join("%s (%s:%d)" % each for each in made_in(finding)[:6]) or
        "?")


def read_reports(folder):
    """Those of all processes; a process that was killed leaves half a one."""
    reports = []
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    for name in names:
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            try:
                reports.append(json.load(f))
            except ValueError:
                pass
    return reports


def judge(name, program, reports, accepted):
    """(verdict, remarks, objects of what was accepted)."""
    failing = [f for r in reports for f in r["findings"] if is_failing(f)]
    accused, objects = [], 0
    for finding in failing:
        entry = next((a for a in accepted
                      if a.matches(name, program, finding)), None)
        if entry:
            entry.n_used += 1
            objects += finding["objects"]
        else:
            accused.append(describe(finding))
    if accused:
        return "accused", accused, objects
    if not any(r["coverage"]["reachability"] for r in reports):
        return "blind", ["%d reports, none with reachability: %s" % (
            len(reports), "; ".join(m["why"] for r in reports
                                    for m in r["coverage"]["missed"]))], 0
    return "accepted" if failing else "clean", [], objects


def run_all(work, pythons, programs, jobs):
    """work(python, program) -> (verdict, remarks), for all; 1 when some is bad.

    Prints what is not clean as it comes, and a table at the end.
    """
    table = collections.defaultdict(collections.Counter)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(work, python, program): (python, program)
                   for python in pythons for program in programs}
        for done in concurrent.futures.as_completed(running):
            python, program = running[done]
            try:
                verdict, remarks = done.result()
            except harness.Skip as reason:
                verdict, remarks = "skipped", [str(reason)]
            except AssertionError as error:  # harness: not finished
                verdict, remarks = "odd", [str(error)]
            table[python.name][verdict] += 1
            if verdict != "clean":
                print("%-9s %-13s %s" % (verdict, python.name, program),
                      flush=True)
            for remark in remarks:
                print("          " + remark, flush=True)
    print("%-14s" % "" + "".join("%9s" % w for w in WORDS))
    for name, counts in sorted(table.items()):
        print("%-14s" % name + "".join("%9d" % counts[w] for w in WORDS))
    return 1 if any(c[w] for c in table.values() for w in BAD) else 0


def say_unused(accepted, pythons, programs):
    """An entry that nothing needs any more hides the next false accusation."""
    for entry in accepted:
        if not entry.n_used and any(entry.is_about(python.name, program)
                                    for python in pythons
                                    for program in programs):
            print("unused    %s %s %s %s" % (
                ",".join(entry.interpreters), entry.program, entry.verdict,
                entry.type))


def forget(run):
    shutil.rmtree(run.folder, ignore_errors=True)
