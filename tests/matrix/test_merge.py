#!/usr/bin/env python3
# Any number of reports as one: in whatever order, in whatever groups, in
# bounded memory.
import itertools
import json
import os
import random
import subprocess
import tempfile

from harness import LEAKSHIM, equal, main, once

KINDS = {"uncollectable": ["legacy-finalizer", "garbage"],
         "lost-reference": ["unreferenced", "surplus"],
         "hidden-cycle": ["no-gc-flag"], "unreachable": ["pending", "frozen"],
         "resurrected": [None], "growth": [None], "collected": [None]}
TYPES = ["a.A", "b.B", "c.C", "dict", "list"]


def maybe(chance, value):
    return value if chance.random() < 0.7 else None


def number(chance):
    return maybe(chance, chance.randrange(1000))


def seconds(chance):
    return maybe(chance, round(chance.random() * 10, 6))


def frame(chance):
    return {"function": chance.choice("fgh"), "file": chance.choice("xyz"),
            "line": maybe(chance, chance.randrange(1, 9))}


def native(chance):
    return {"function": maybe(chance, "n"), "module": "/lib/nothing.so",
            "offset": 1, "file": maybe(chance, "n.c"), "line": None,
            "build_id": None, "runs": 0}


def some(chance, most, make):
    return [make(chance) for _ in range(chance.randrange(most + 1))]


def shared(chance, types):
    """Islands that other reports have as well, and may see otherwise."""
    ids = chance.sample(range(30), chance.randrange(1, 15))
    cut = chance.randrange(len(ids) + 1)
    return [{"objects": chance.randrange(1, 3), "bytes": chance.randrange(50),
             "types": [{"name": name, "count": chance.randrange(3),
                        "bytes": chance.randrange(9),
                        "module_file": maybe(chance, "m")}
                       for name in chance.sample(types, len(types))],
             "ids": ["%016x" % id for id in part]}
            for part in (ids[:cut], ids[cut:]) if part]


def finding(chance, kind, which):
    types = chance.sample(TYPES, chance.randrange(1, 4))
    objects = chance.randrange(1, 100)
    reason = KINDS[kind][which % len(KINDS[kind])]
    made = plain_finding(chance, kind, which, types, objects, reason)
    if chance.random() < 0.4:
        made["shared"] = rows = shared(chance, types)
        # The finding counts them, too.
        made["count"] += sum(len(row["ids"]) for row in rows)
        for key in "objects", "bytes":
            made[key] += sum(row[key] * len(row["ids"]) for row in rows)
        for each in made["types"]:
            for key in "count", "bytes":
                each[key] += sum(t[key] * len(row["ids"]) for row in rows
                                 for t in row["types"]
                                 if t["name"] == each["name"])
    return made


def plain_finding(chance, kind, which, types, objects, reason):
    return {
        "fingerprint": "%s-%016x" % (kind, which), "kind": kind,
        "reason": reason,
        "state": chance.choice(["new", "known", "suppressed", "startup"]),
        "count": objects, "objects": objects, "bytes": objects * 8,
        "types": [{"name": name, "count": chance.randrange(9),
                   "bytes": chance.randrange(99),
                   "module_file": maybe(chance, chance.choice("mn"))}
                  for name in types],
        "finalizers": some(chance, 1, lambda c: {
            "type": "a.A", "name": "__del__", "file": maybe(c, "x"),
            "line": None, "ran": maybe(c, True)}),
        "cycle": some(chance, 2, lambda c: {
            "type": c.choice(TYPES), "refcount": number(c),
            "generation": maybe(c, 2), "edge": maybe(c, "._self")}),
        "references": {"refcount": number(chance), "found": number(chance),
                       "lost": number(chance)}
        if kind == "lost-reference" else None,
        "hidden_by": {"type": "a.A", "module_file": None,
                      "member": maybe(chance, "m")}
        if kind == "hidden-cycle" else None,
        "growth": {"checks": some(chance, 3, lambda c: c.randrange(9)),
                   "age_seconds": seconds(chance), "path": []}
        if kind == "growth" else None,
        "held_by": maybe(chance, some(chance, 1, lambda c: {
            "type": "module m", "edge": maybe(c, ".x")})),
        "allocated": {"thread": maybe(chance, "main"),
                      "python": some(chance, 3, frame),
                      "native": some(chance, 1, native),
                      "known": chance.random() < 0.5},
        "advice": maybe(chance, chance.choice(["do this", "do that"]))}


def row(chance):
    return {"rule": "type:" + chance.choice("AB"),
            "expired": chance.random() < 0.5, "findings": 1,
            "objects": chance.randrange(9), "bytes": chance.randrange(99)}


def audit(chance):
    return {"type": chance.choice("AB"), "module_file": maybe(chance, "m"),
            "reason": chance.choice(["missing-traverse", "no-gc-flag"]),
            "offset": chance.choice([16, 24]), "member": maybe(chance, "m"),
            "instances": chance.randrange(1, 9),
            "target": maybe(chance, "dict"), "advice": maybe(chance, "visit")}


def unique(rows, *keys):
    """Rows of one report are not twice in it."""
    return list({tuple(each[key] for key in keys): each
                 for each in rows}.values())


def report(chance):
    findings = [finding(chance, kind, which) for kind in KINDS
                for which in range(3) if chance.random() < 0.3]
    # One fingerprint may be there twice: of the program, and older than it.
    summary = {kind: {"findings": chance.randrange(3), "objects": 0,
                      "bytes": 0} for kind in KINDS}
    for each in findings:
        total = summary[each["kind"]]
        total["findings"] += 1
        total["objects"] += each["objects"]
        total["bytes"] += each["bytes"]
    made = {
        "schema": "leakshim.report/1",
        "tool": {"name": "leakshim", "version": maybe(chance, "1")},
        "process": {"pid": chance.choice([1, 2, None]), "ppid": number(chance),
                    "exe": chance.choice(["p", "q"]),
                    "argv": chance.choice([["p", "x"], ["p"], [], None]),
                    "host": maybe(chance, "h"), "time": maybe(chance, "t"),
                    "trigger": chance.choice(["exit", "api"])},
        "python": {"version": chance.choice(["3.11.2", "3.12.0"]),
                   "linkage": maybe(chance, "shared"),
                   "debug": maybe(chance, False),
                   "free_threaded": maybe(chance, False)},
        "coverage": {"tracking": chance.choice(["all", "gc"]),
                     "free_lists": chance.choice(
                         ["exact", "approximate", None]),
                     "native": chance.random() < 0.5,
                     "reachability": chance.random() < 0.5,
                     "missed": unique(some(chance, 3, lambda c: {
                         "what": c.choice(["frames", "blocks", "findings"]),
                         "count": number(c), "why": maybe(c, "so")}),
                         "what", "why")},
        "heap": {"objects": number(chance), "tracked": number(chance),
                 "generations": [number(chance) for _ in range(3)],
                 "permanent": number(chance), "unreachable": number(chance),
                 "blocks": number(chance), "bytes": number(chance)},
        "gc": {"enabled": maybe(chance, True),
               "thresholds": [chance.choice([10, None]) for _ in range(3)],
               "debug_flags": maybe(chance, 0), "garbage": number(chance),
               "generations": some(chance, 3, lambda c: {
                   "collections": number(c), "collected": number(c),
                   "uncollectable": number(c), "seconds": seconds(c),
                   "longest_seconds": seconds(c)})},
        "cost": {"pause_seconds": seconds(chance),
                 "analysis_seconds": seconds(chance),
                 "table_bytes": number(chance), "stacks": number(chance)},
        "summary": summary, "findings": findings}
    if chance.random() < 0.3:
        made["audit"] = unique(some(chance, 3, audit), "type", "module_file",
                               "reason", "offset")
    if chance.random() < 0.5:
        made["suppressions"] = unique(some(chance, 3, row), "rule", "expired")
    return made


def write(folder, name, value):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(value, f)
    return path


def merged(folder, name, *paths, form="json"):
    """The file that leakshim report makes of these."""
    path = os.path.join(folder, name)
    with open(path, "wb") as f:
        subprocess.run([LEAKSHIM, "report", "--format=" + form] + list(paths),
                       stdout=f, check=True)
    return path


def content(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def differ(got, wanted, what):
    """The first lines that differ."""
    lines = [pair for pair in itertools.zip_longest(
        got.splitlines(), wanted.splitlines()) if pair[0] != pair[1]]
    return "%s: %s" % (what, lines[:2])


def with_reports(rounds, n):
    def add(function):
        def run():
            for seed in range(rounds):
                chance = random.Random("%s %d" % (function.__name__, seed))
                with tempfile.TemporaryDirectory() as folder:
                    reports = [report(chance) for _ in range(n)]
                    paths = [write(folder, "r%d" % i, each)
                             for i, each in enumerate(reports)]
                    function(folder, reports, paths)
        return run
    return add


@once("merging is commutative")
@with_reports(40, 3)
def commutative(folder, _, paths):
    wanted = None
    for number, order in enumerate(itertools.permutations(paths)):
        got = content(merged(folder, "m%d" % number, *order))
        wanted = wanted or got
        assert got == wanted, differ(got, wanted, order)


@once("merging is associative")
@with_reports(60, 4)
def associative(folder, _, paths):
    a, b, c, d = paths
    wanted = content(merged(folder, "all", a, b, c, d))
    for groups in (([a, b], [c, d]), ([a], [b, c, d]), ([a, b, c], [d]),
                   ([b, d], [a, c])):
        parts = [merged(folder, "part%d" % i, *group)
                 for i, group in enumerate(groups)]
        got = content(merged(folder, "whole", *parts))
        assert got == wanted, differ(got, wanted, groups)
    left = a
    for each in (b, c, d):
        merged(folder, "next", left, each)
        left = os.path.join(folder, "left")
        os.replace(os.path.join(folder, "next"), left)
    assert content(left) == wanted, differ(content(left), wanted, "in a row")


@once("merging loses no number")
@with_reports(30, 3)
def conserved(folder, reports, paths):
    for each, path in zip(reports, paths):
        for one in each["findings"]:
            one.pop("shared", None)
        write(folder, path, each)
    whole = json.loads(content(merged(folder, "m", *paths)))
    equal(whole["merged"], 3, "merged")
    for field in ("objects", "bytes"):
        for kind in KINDS:
            equal(whole["summary"][kind][field],
                  sum(r["summary"][kind][field] for r in reports), kind)
    wanted = {}
    for each in (f for r in reports for f in r["findings"]):
        key = each["fingerprint"], each["state"] == "startup"
        wanted[key] = wanted.get(key, 0) + each["count"]
    equal({(f["fingerprint"], f["state"] == "startup"): f["count"]
           for f in whole["findings"]}, wanted, "counts")
    for each in whole["findings"]:
        states = {f["state"] for r in reports for f in r["findings"]
                  if f["fingerprint"] == each["fingerprint"]}
        if "new" in states and each["state"] != "startup":
            equal(each["state"], "new", "new in one is new")


def is_of_startup(f):
    return f["fingerprint"], f["state"] == "startup"


@once("what several processes have since a fork counts once")
@with_reports(60, 3)
def shared_once(folder, reports, paths):
    whole = json.loads(content(merged(folder, "m", *paths)))
    own, ids = {}, {}
    for each in (f for r in reports for f in r["findings"]):
        key, rows = is_of_startup(each), each.get("shared", [])
        own[key] = own.get(key, 0) + each["count"] - sum(
            len(row["ids"]) for row in rows)
        ids.setdefault(key, set()).update(*(row["ids"] for row in rows))
    equal({is_of_startup(f): f["count"] for f in whole["findings"]},
          {key: own[key] + len(ids[key]) for key in own}, "counts")
    for each in whole["findings"]:
        rows = each.get("shared", [])
        listed = [id for row in rows for id in row["ids"]]
        equal(sorted(listed), sorted(ids[is_of_startup(each)]), "ids")
    # Of reports that say the same it is exact: each process but the first
    # adds nothing that is not its own.
    for number, each in enumerate(reports):
        same = [write(folder, "s%d" % i, each) for i in range(3)]
        once_, thrice = (json.loads(content(merged(folder, "n", *some_)))
                         for some_ in (same[:1], same))
        for one, three in zip(*(sorted(r["findings"], key=is_of_startup)
                                for r in (once_, thrice))):
            rows = one.get("shared", [])
            for key in "objects", "bytes":
                equal(three[key], one[key] * 3 - 2 * sum(
                    row[key] * len(row["ids"]) for row in rows), key)


@once("growth adds up check by check, back to where the shortest begins")
@with_reports(1, 3)
def growth(folder, reports, paths):
    del paths
    f = dict(plain_finding(random.Random(1), "growth", 1, ["A"], 9, None),
             state="new")
    some_ = []
    for number, checks in enumerate(([10, 20, 30], [1, 2, 3], [7, 100, 200, 300])):
        made = dict(f, objects=checks[-1], growth={
            "checks": checks, "age_seconds": number + 1.5, "path": []})
        some_.append(write(folder, "g%d" % number, dict(
            reports[0], findings=[made], summary=dict(
                reports[0]["summary"], growth={
                    "findings": 1, "objects": checks[-1], "bytes": 72}))))
    for paths in itertools.permutations(some_):
        both = json.loads(content(merged(folder, "b", *paths)))["findings"]
        equal([(each["objects"], each["growth"]["checks"],
                each["growth"]["age_seconds"]) for each in both],
              [(333, [111, 222, 333], 3.5)], "merged growth")


@once("shared islands that are more than all are not believed")
def too_many():
    chance = random.Random("too many")
    while True:
        made = report(chance)
        rows = [f for f in made["findings"] if f.get("shared")]
        if rows:
            break
    for spoil in (lambda f: f.update(count=0),
                  lambda f: f["shared"][0].update(objects=1 << 49),
                  lambda f: f["shared"][0].update(ids=["x"]),
                  lambda f: f.update(shared={})):
        bad = json.loads(json.dumps(made))
        spoil([f for f in bad["findings"] if f.get("shared")][0])
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [LEAKSHIM, "report", write(folder, "r", bad)],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
            equal(done.returncode, 0, "status")
            equal(done.stderr.count(b"\n"), 1, "lines")
            assert b"taken as unknown" in done.stderr, done.stderr


@once("a directory is its reports, and nothing else in it")
@with_reports(5, 3)
def folders(folder, reports, paths):
    wanted = content(merged(folder, "m", *paths))
    tree = os.path.join(folder, "tree")
    os.makedirs(os.path.join(tree, "a", "b"))
    for name, each in zip(("r.json.4711", "a/r", "a/b/r.txt"), reports):
        write(tree, name, each)
    write(tree, "other.json", {"schema": "another"})
    write(tree, ".hidden", reports[0])
    os.symlink("..", os.path.join(tree, "a", "b", "round"))
    os.symlink("nowhere", os.path.join(tree, "dangling"))
    os.mkfifo(os.path.join(tree, "pipe"))
    with open(os.path.join(tree, "log"), "wb") as f:
        f.write(os.urandom(5000))
    open(os.path.join(tree, "empty.json"), "w").close()
    got = content(merged(folder, "n", tree))
    assert got == wanted, differ(got, wanted, "the folder")


def peak(*words):
    """Of a command that succeeds: its greatest memory in KiB, and output."""
    with tempfile.TemporaryFile() as out:
        pid = os.posix_spawn(LEAKSHIM, [LEAKSHIM] + list(words), os.environ,
                             file_actions=[(os.POSIX_SPAWN_DUP2,
                                            out.fileno(), 1)])
        _, status, usage = os.wait4(pid, 0)
        equal(status, 0, "status of %s" % (words,))
        out.seek(0)
        return usage.ru_maxrss, out.read().decode()


@once("10,000 reports take no more memory than 100")
def memory():
    chance = random.Random("memory")
    shapes = [report(chance) for _ in range(20)]
    with tempfile.TemporaryDirectory() as folder:
        for count in (100, 10000):
            os.mkdir(os.path.join(folder, str(count)))
            for i in range(count):
                made = shapes[i % len(shapes)]
                made["process"]["pid"] = i
                made["process"]["time"] = "time %d" % i
                write(os.path.join(folder, str(count)), "r%d" % i, made)
        for words in (["report", "--format=json"],
                      ["gate", "--fail_on=none"]):
            few, _ = peak(*words, os.path.join(folder, "100"))
            many, text = peak(*words, os.path.join(folder, "10000"))
            print("# %s: %d KiB for 100 reports, %d KiB for 10,000"
                  % (words[0], few, many))
            assert many < few + 4096, (few, many)
            if words[0] == "report":
                equal(json.loads(text)["merged"], 10000, "merged")


main()
