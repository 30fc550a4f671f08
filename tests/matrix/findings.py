"""Reading reports: which finding is about what, and does it say enough.

A fixture marks the lines that reports must name with a comment "line: WORD";
line_marks() finds them, so no test knows a line number.
"""

import os
import re

import harness


def line_marks(fixture):
    """{WORD: line number} of the comments "line: WORD" of a fixture."""
    marks = {}
    with open(os.path.join(harness.FIXTURES, fixture), encoding="utf-8") as f:
        for number, text in enumerate(f, 1):
            found = re.search(r"# line: (.*)$", text)
            if found:
                assert found.group(1) not in marks, found.group(1)
                marks[found.group(1)] = number
    return marks


def type_names(finding):
    return [each["name"] for each in finding["types"]]


def about(report, type_name):
    """The findings that have an object of this type in them."""
    return [f for f in report["findings"] if type_name in type_names(f)]


def the_one(report, type_name):
    found = about(report, type_name)
    assert len(found) == 1, "%d findings about %s, not one (findings: %s)" % (
        len(found), type_name, [brief(f) for f in report["findings"]])
    return found[0]


def brief(finding):
    return "%s/%s %s" % (finding["kind"], finding["reason"],
                         ",".join(type_names(finding)))


def verdict(finding):
    return finding["kind"], finding["reason"]


def is_failing(finding):
    """As fail_on has it by default."""
    return finding["state"] == "new" and (
        finding["kind"] in ("uncollectable", "hidden-cycle") and
        finding["reason"] != "debug-saveall" or
        finding["kind"] == "lost-reference" and
        finding["reason"] == "unreferenced" or
        finding["reason"] == "frozen")


def frames(finding):
    """[(function, base name of the file, line)], innermost first."""
    return [(frame["function"], os.path.basename(frame["file"]),
             frame["line"]) for frame in finding["allocated"]["python"]]


def is_unhooked(python):
    """Python 2.7 in one executable has nothing to hook: no backtraces."""
    return python.minor == (2, 7) and (python.in_root or python.by_loader)
