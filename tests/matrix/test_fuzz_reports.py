#!/usr/bin/env python3
# leakshim report on files that were reports: always a status it documents, one
# line on stderr, never a signal, never half a text.
import copy
import json
import os
import random
import subprocess
import tempfile

from harness import FULL, LEAKSHIM, Skip, equal, main, once, pythons

ROUNDS = 2000 if FULL else 600
OTHERS = ["suppressions", "html", "sarif", "junit", "github", "dot", "folded",
          "pprof", "openmetrics"]
MAY_BE_EMPTY = ("github", "folded")
NONSENSE = [None, True, -1, 0, 1 << 70, 1e308, "", "x" * 70000, "\x1b[31m\n",
            [], {}, [[]], {"a": 1}, "uncollectable", "leakshim.report/1"]


def seed_reports():
    """Real ones, of programs that leak, are audited, or were forked."""
    found = [p for p in pythons()[0] if p.major > 2]
    if not found:
        raise Skip("no Python 3 to make a report with")
    return [found[0].run(*words, options=options).report
            for words, options in (
                (("textbook.py", "tree"), "verbosity=2"),
                (("textbook.py", "tree"), "kinds=all:argv=0"),
                (("hiders.py", "live"), "audit=1"))] + [
                    found[0].run("prefork.py", 1, options="kinds=all",
                                 stdin="end\n").reports[0]]


def places(value):
    """Every (container, key) in a report."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in list(items):
        yield value, key
        if isinstance(each, (dict, list)):
            yield from places(each)


def mutate_tree(report, chance):
    report = json.loads(json.dumps(report))
    for _ in range(chance.randrange(1, 4)):
        container, key = chance.choice(list(places(report)))
        way = chance.randrange(4)
        if way == 0:
            del container[key]
        elif way == 1 and isinstance(container, dict):
            container["%s_" % key] = container.pop(key)
        elif way == 2:
            deep = container[key]
            for _ in range(chance.choice((1, 5, 3000))):
                deep = [deep]
            container[key] = deep
            break  # nobody here wants to walk through that again
        else:
            # A copy: the next round may put things into it.
            container[key] = copy.deepcopy(chance.choice(NONSENSE))
        if not isinstance(report, dict) or not report:
            break
    # By hand: json.dumps() gives up on deep nesting before jansson does.
    return to_text(report)


def to_text(value):
    depth = 0
    while isinstance(value, list) and len(value) == 1:
        value, depth = value[0], depth + 1
    if isinstance(value, dict):
        text = "{%s}" % ",".join("%s:%s" % (json.dumps(key), to_text(each))
                                 for key, each in value.items())
    elif isinstance(value, list):
        text = "[%s]" % ",".join(to_text(each) for each in value)
    else:
        text = json.dumps(value)
    return "[" * depth + text + "]" * depth


def mutate_bytes(text, chance):
    data = bytearray(text.encode())
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(data))
        way = chance.randrange(4)
        if way == 0:
            data[at] = chance.randrange(256)
        elif way == 1:
            del data[at:at + chance.randrange(1, 200)]
        elif way == 2:
            data[at:at] = data[at:at + chance.randrange(1, 200)]
        else:
            del data[at:]
        if not data:
            break
    return bytes(data)


def judge(path, what, also):
    environment = dict(os.environ, PATH="/nonexistent")  # no pictures
    for form in ("text", "json", also):
        done = subprocess.run([LEAKSHIM, "report", "--format=" + form, path],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=environment, timeout=60)
        assert done.returncode in (0, 4), "%s: %s: status %d: %r" % (
            what, form, done.returncode, done.stderr[:300])
        if done.returncode == 0:
            # What cannot be is unknown, which is said once.
            assert done.stderr.count(b"\n") <= 1, what + ": lines on stderr"
            assert not done.stderr or done.stderr.endswith(
                b": taken as unknown\n"), what + ": " + repr(done.stderr)
            assert b"\x1b" not in done.stderr, what + ": an escape"
            assert b"-9223372036854775808" not in done.stdout, (
                what + ": what is unknown looks like a number")
            assert done.stdout or form in MAY_BE_EMPTY, (
                what + ": nothing on stdout")
            # A program's names must not steer the reader's terminal.
            assert b"\x1b" not in done.stdout or form == "pprof", (
                what + ": an escape")
        else:
            equal(done.stdout, b"", what + ": stdout of a bad file")
            equal(done.stderr.count(b"\n"), 1, what + ": lines on stderr")
            assert len(done.stderr) < 2000, what + ": a line of sense"
            assert b"\x1b" not in done.stderr, what + ": an escape"


def fuzz(name, make):
    @once(name)
    def fuzzes():
        reports = seed_reports()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "r.json")
            for number in range(ROUNDS):
                chance = random.Random("%s %d" % (name, number))
                content = make(chance.choice(reports), chance)
                with open(path, "wb") as f:
                    f.write(content)
                judge(path, "%s %d" % (name, number),
                      OTHERS[number % len(OTHERS)])


fuzz("reports with other fields and values",
     lambda report, chance: mutate_tree(report, chance).encode(
         "utf-8", "surrogatepass"))
fuzz("reports with other bytes",
     lambda report, chance: mutate_bytes(json.dumps(report), chance))

main()
