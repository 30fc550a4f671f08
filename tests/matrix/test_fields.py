"""A report's fields are declared once: src/report/fields.def.

The JSON writer, the command's reader, the schema and the manual are compared
with that list, each of them also with a field less, which must be noticed.
"""

import collections
import json
import os
import re
import sys

TOP = os.environ.get("TOP_SRCDIR") or os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..")
WRITER = ["src/report/json.c", "src/report/json_finding.c"]
READER = ["src/cli/read_report.c", "src/cli/read_finding.c"]
SCHEMA = "src/report/leakshim-report-1.schema.json"
MANUAL = "man/leakshim-report.5"
FIELDS = "src/report/fields.def"

# What stands where a part of the list is used: part -> as the manual has it.
PARTS = {"type": "types[]", "holder": "held_by[]", "total": "summary.KIND",
         "finding": ""}


def read(*names):
    texts = []
    for name in names:
        with open(os.path.join(TOP, name), encoding="utf-8") as f:
            texts.append(f.read())
    return "\n".join(texts)


def declared(text):
    """path -> (type, may be null, is always there, is read)"""
    rows = re.findall(r'^FIELD\("([^"]+)", (\w+), (\w+), (\w+), (\w+)\)$',
                      text, re.M)
    return {path: (kind, null == "NULLABLE", there == "ALWAYS", used == "READ")
            for path, kind, null, there, used in rows}


def scalars(fields):
    """How often each name is written; all lines are by one function."""
    times = collections.Counter(
        name_of(path) for path, row in fields.items()
        if row[0] not in ("OBJECT", "ARRAY", "LINE"))
    times["line"] = 1
    return times


def name_of(path):
    return path.split(".")[-1].replace("[]", "").split(":")[-1]


def in_schema(schema):
    """path -> (may be null, is always there)"""
    found = {}

    def is_nullable(node):
        return (node.get("$ref", "").endswith(("/line", "/seconds")) or
                "null" in node.get("type", []) or
                None in node.get("enum", []))

    def walk(node, before):
        for key, member in node.get("properties", {}).items():
            if before == "summary.":
                continue  # the kinds, which kinds.def has
            found[before + key] = (is_nullable(member),
                                   key in node.get("required", []))
            walk(member, before + key + ".")
        if "items" in node:
            walk(node["items"], before[:-1] + "[].")

    walk(schema, "")
    for part, node in schema["$defs"].items():
        walk(node, part + ":")
    return found


def in_code(text, pattern):
    return collections.Counter(re.findall(pattern, text))


def in_manual(text):
    return set(re.findall(r"^\.It Va (\S+)$", text, re.M))


def faults_of_schema(fields, text):
    schema = in_schema(json.loads(text))
    wanted = {path: row[1:3] for path, row in fields.items()}
    return sorted("%s: %s" % (path, "differs" if path in schema and
                              path in wanted else "is in one of them alone")
                  for path in set(schema) | set(wanted)
                  if schema.get(path) != wanted.get(path))


def faults_of_manual(fields, text):
    manual = in_manual(text)
    faults = []
    for path in fields:
        part, colon, rest = path.rpartition(":")
        name = ".".join(filter(None, [PARTS[part] if colon else "", rest]))
        # A list of objects may be shown by its members alone.
        if name not in manual and not any(
                m.startswith((name + ".", name + "[].")) for m in manual):
            faults.append(name + ": is not in the manual")
    return faults


def faults_of_writer(fields, text):
    # Two ways to write one field: null, or what it is.
    written = set(re.findall(r'jsonwriter_\w+\(&?w,\s*"(\w+)"', text))
    written |= set(re.findall(r'put_holders\(w,\s*"(\w+)"', text))
    times = in_code(text, r'jsonwriter_(?!null|begin)\w+\(&?w,\s*"(\w+)"')
    wanted = scalars(fields)
    names = {name_of(path) for path in fields}
    faults = ["%s: is written, and not declared" % n
              for n in sorted(written - names)]
    faults += ["%s: is written %d times, and declared %d times" %
               (n, times[n], wanted[n]) for n in sorted(set(times) | set(wanted))
               if times[n] != wanted[n]]
    return faults + ["%s: is declared, and not written" % n
                     for n in sorted(names - written)]


def faults_of_reader(fields, text):
    times = in_code(text, r'(?:read_(?!array|object|integers|fail|doubt)\w+|'
                    r'json_is_true\(json_object_get)\((?:r,\s*)?'
                    r'(?:\w+|read_object\(\w+, \w+, "\w+"\)),\s*"(\w+)"')
    wanted = scalars({path: row for path, row in fields.items() if row[3]})
    return ["%s: is read %d times, and declared %d times" %
            (n, times[n], wanted[n]) for n in sorted(set(times) | set(wanted))
            if times[n] != wanted[n]]


def main():
    fields = declared(read(FIELDS))
    tests = [
        ("the schema", faults_of_schema, read(SCHEMA),
         '"host": {"type": ["string", "null"]},'),
        ("the manual", faults_of_manual, read(MANUAL),
         ".It Va process.host"),
        ("the writer", faults_of_writer, read(*WRITER),
         'jsonwriter_string(w, "host", r->host);'),
        ("the reader", faults_of_reader, read(*READER),
         'out->host = read_string(r, o, "host");'),
    ]
    n = n_failed = 0

    def ok(fact, text, notes=()):
        nonlocal n, n_failed
        n += 1
        n_failed += not fact
        print("%s %d - %s" % ("ok" if fact else "not ok", n, text))
        for note in notes:
            print("#", note)

    ok(len(fields) > 100, "fields are declared")
    for name, faults_of, text, _ in tests:
        faults = faults_of(fields, text)
        ok(not faults, name + " has them all", faults)
    for name, faults_of, text, host in tests:
        ok(host in text, name + " has the host of the process")
        ok(faults_of(fields, text.replace(host, "")),
           name + ": without it, that is noticed")
        less = {p: row for p, row in fields.items() if p != "process.host"}
        if faults_of != faults_of_manual:  # which may say more
            ok(faults_of(less, text),
               name + ": undeclared, that is noticed as well")
    print("1..%d" % n)
    return 1 if n_failed else 0


sys.exit(main())
