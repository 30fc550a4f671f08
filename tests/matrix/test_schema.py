#!/usr/bin/env python3
# Reports are what the installed schema says, and the schema can say no.
import copy
import json
import os
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    # Debian's package is for Debian's interpreter alone.
    if sys.executable != "/usr/bin/python3" and os.access(
            "/usr/bin/python3", os.X_OK):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", "-B"] + sys.argv)
    jsonschema = None

from harness import LEAKSHIM, SCHEMA, Skip, main, test

PROGRAMS = [
    (["textbook.py", "tree"], ""),
    (["textbook.py", "ring"], "verbosity=2"),
    (["-c", "pass"], ""),
    (["-c", "pass"], "argv=0:track=none"),
    (["limits.py"], "kinds=all:max_findings=0"),
    (["leak.py"], "kinds=all:backtrace=1"),
    (["hiders.py", "live"], "audit=1"),
    (["leak.py"], "suppressions=my.supp"),
]
FILES = {"my.supp": "type:Account\nuntil=2001-01-31 type:dict\nnonsense\n"}


def validator():
    if not jsonschema:
        raise Skip("python3-jsonschema is not here")
    with open(SCHEMA, encoding="utf-8") as f:
        schema = json.load(f)
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


@test("reports validate")
def validates(python):
    wanted = validator()
    for arguments, options in PROGRAMS:
        report = python.run(*arguments, options=options, files=FILES).report
        wanted.validate(report)
        assert ("suppressions" in report) == ("suppressions" in options)


@test("so does what the command makes of them", sample=True)
def made(python):
    wanted = validator()
    run = python.run("leak.py", options="suppressions=my.supp", files=FILES)
    report = run.path("report.json")
    for words in (["report", "--format=json", report],
                  ["report", "--format=json", report, report],
                  ["gate", "--fail_on=all", "--write_baseline=" +
                   run.path("base.json"), report],
                  ["report", "--format=json", run.path("base.json")]):
        text = subprocess.run([LEAKSHIM] + words, check=True,
                              stdout=subprocess.PIPE).stdout
        if words[0] == "report":
            wanted.validate(json.loads(text))
    wanted.validate(json.loads(run.read("base.json")))


def paths_of(value, path=()):
    """The paths of all members of all objects in a report."""
    if isinstance(value, dict):
        for key in value:
            yield path + (key,)
            yield from paths_of(value[key], path + (key,))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from paths_of(each, path + (index,))


def changed(report, path, change):
    """A copy in which change(object, key) has been made at path."""
    other = copy.deepcopy(report)
    place = other
    for key in path[:-1]:
        place = place[key]
    change(place, path[-1])
    return other


def replace_by_nonsense(place, key):
    place[key] = {"nonsense": [1]}


def rename(place, key):
    place[str(key) + "_"] = place.pop(key)


@test("a report with any one field missing, renamed or wrong does not",
      only=lambda python: python.minor in ((2, 7), (3, 11)), sample=True)
def rejects(python):
    wanted = validator()
    report = python.run("textbook.py", "tree").report
    assert report["findings"], "something to change"
    n = 0
    for path in set(paths_of(report)):
        for change in (lambda place, key: place.pop(key), rename,
                       replace_by_nonsense):
            n += 1
            assert not wanted.is_valid(changed(report, path, change)), path
    assert n > 100, n


main()
