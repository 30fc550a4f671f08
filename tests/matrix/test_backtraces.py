#!/usr/bin/env python3
# Backtraces: thousands of objects from known lines are reported with just the
# frames that their makers had.  fixtures/sites.py makes them and writes down
# what it saw; here the two are compared, frame by frame.
import collections
import json

from findings import is_unhooked
from harness import Skip, equal, main, test

EVERYTHING = "kinds=all:max_findings=100000:timeout=110"


def place_of(tag):
    """What the fixture put into the name: Tag17_free_lists."""
    return tag.partition("_")[2]


def by_tag(report):
    found = {}
    for finding in report["findings"]:
        for each in finding["types"]:
            name = each["name"].rpartition(".")[2]
            if name.startswith("Tag") and each["count"]:
                assert name not in found, "two findings have " + name
                found[name] = finding
    return found


def reported(finding):
    return [[frame["function"], frame["line"], frame["file"]]
            for frame in finding["allocated"]["python"]]


def difference(wanted, got):
    """What is wrong with these frames, or None."""
    if len(got) != len(wanted):
        return "%d frames, not %d" % (len(got), len(wanted))
    for n, (one, other) in enumerate(zip(wanted, got)):
        # From 3.11 on a function is told by its qualified name.
        name = other[0]
        if [one[0] if name.endswith("." + one[0]) else name] + other[1:] != one:
            return "frame %d: %s, not %s" % (n, other, one)
    return None


def check_places(python, rounds, depth=32):
    if is_unhooked(python):
        raise Skip("Python 2.7 in one executable has no backtraces")
    run = python.run("sites.py", rounds, env={"LEAKSHIM_TEST_APART": "1"},
                     options="%s:backtrace=%d" % (EVERYTHING, depth))
    equal(run.status, 0, "status")
    report = run.report
    equal(report["coverage"]["tracking"], "all", "tracking")
    expected = json.loads(run.read("expected.json"))
    found = by_tag(report)

    wrong = collections.OrderedDict()
    n_wrong = collections.Counter()
    for tag, stack in expected.items():
        if tag in found:
            problem = difference(stack[:depth], reported(found[tag]))
        else:
            problem = "not reported"
        if problem:
            place = place_of(tag)
            n_wrong[place] += 1
            wrong.setdefault(place, "%s: %s" % (tag, problem))
    assert not wrong, "%d of %d are wrong: %s\n%s" % (
        sum(n_wrong.values()), len(expected), dict(n_wrong),
        "\n".join(wrong.values()))

    for tag, finding in found.items():
        equal(finding["allocated"]["thread"],
              "other" if "_in_a_thread_" in tag else "main",
              "thread of " + tag)
    return report, len(expected)


@test("every object has the frames of its maker")
def all_places(python):
    report, n_objects = check_places(python, 8)
    assert n_objects > 2000, "only %d objects" % n_objects
    # Lists, dicts and tuples were among them, right after others had died.
    equal(report["coverage"]["free_lists"], "exact", "free lists")


@test("... ten times as many of them", sample=True)
def many_rounds(python):
    check_places(python, 80)


@test("... of a deep stack all frames, when asked for", sample=True)
def deep(python):
    check_places(python, 8, depth=255)


@test("... of one frame just that", sample=True)
def shallow(python):
    check_places(python, 4, depth=1)


@test("without frames nothing is claimed")
def no_frames(python):
    run = python.run("sites.py", 1, options=EVERYTHING + ":backtrace=0")
    equal(run.status, 0, "status")
    for finding in run.report["findings"]:
        equal(finding["allocated"]["python"] or None, None, "frames")


main()
