#!/usr/bin/env python3
# growth=N: sites whose objects become more from check to check.
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

import harness
from findings import is_unhooked
from harness import Skip, equal, main, test

STEP = 50
# Of each class the length of the way to its objects.
GROWING = {"InList": 2, "InSet": 2, "InInstance": 3, "InClass": 3, "Node": 3,
           "InClosure": 3, "InGenerator": 3, "InThread": 2, "InFrame": 2}
HELPER = os.path.join(harness.TOP, "src", "interface", "leakshim.py")


def read(name):
    with open(name, encoding="utf-8") as f:
        return f.read()


def grow(python, checks, options):
    run = python.run("growing.py", str(checks), options=options, timeout=300,
                     files={"leakshim.py": read(HELPER)})
    equal(run.status, 0, "status")
    return run


def check_of(run, number):
    return json.loads(run.read("check.%d.json" % number))


def growths(report):
    """Of the program's own classes, by name."""
    found = {}
    for f in report["findings"]:
        name = f["types"][0]["name"]
        if f["kind"] == "growth" and name.startswith("__main__."):
            name = name[len("__main__."):]
            assert name not in found, "two findings of " + name
            found[name] = f
    return found


def first_frame(finding):
    frames = finding["allocated"]["python"]
    return frames[0]["function"].split(".")[-1] if frames else None


@test("what grows in each check is found, with the way to it; nothing else is")
def found(python):
    run = grow(python, 5, "growth=3")
    for k in range(3):
        equal(growths(check_of(run, k)), {}, "check %d" % k)
    # The fixture has gone the ways of the last check.
    ways = dict(line.split() for line in run.stdout.splitlines())
    for k in (3, 4):
        found = growths(check_of(run, k))
        equal(set(found), set(GROWING) | ({"Late"} if k == 4 else set()),
              "what grows in check %d" % k)
        for name, f in found.items():
            counts = f["growth"]["checks"]
            equal(len(counts), 4, "checks of " + name)
            equal([b - a > 0 for a, b in zip(counts, counts[1:])],
                  [True] * 3, "%s grows: %r" % (name, counts))
            equal(f["objects"], counts[-1], "objects of " + name)
            equal(sum(t["count"] for t in f["types"]), f["objects"],
                  "objects by type of " + name)
            equal(sum(t["bytes"] for t in f["types"]), f["bytes"], "bytes")
            assert f["state"] == "new" and f["advice"], f
            assert f["growth"]["age_seconds"] > 0, f
            if name == "Node":
                continue
            objects = [t["count"] for t in f["types"]
                       if t["name"] == "__main__." + name]
            wanted = STEP * (k + 1 - 2 * (name == "Late"))
            equal(objects, [wanted], "objects of " + name)
            equal(f["count"], wanted, "islands of " + name)
    for name, length in GROWING.items():
        if is_unhooked(python) and name == "Node":
            continue  # whose first one is of the same site then
        equal(ways["__main__." + name], str(length), "the way to " + name)
    if is_unhooked(python):
        return  # types alone
    # What hangs on the first of all, which was made elsewhere.
    # A word of the stack may hold one of the nodes as well.
    assert found["Node"]["count"] in (2, 3), found["Node"]["count"]
    equal({t["name"] for t in found["Node"]["types"]},
          {"__main__.Node", "list"} | ({"dict"} if python.minor < (3, 11)
                                       else set()), "types in the tree")
    equal(first_frame(found["InList"]), "make", "where they are made")
    equal(check_of(run, 4)["summary"]["growth"]["findings"],
          sum(f["kind"] == "growth" for f in check_of(run, 4)["findings"]),
          "findings in the summary")


@test("nothing is said or kept without it, and a growth does not fail",
      sample=True)
def off(python):
    run = grow(python, 5, "")
    for k in range(5):
        equal(growths(check_of(run, k)), {}, "check %d" % k)
    run = grow(python, 4, "growth=2:fail_on=growth:exitcode=9")
    # Asked for at the end as well: one check more.
    kinds = {f["kind"] for f in run.report["findings"]
             if f["types"][0]["name"] == "__main__.InList"}
    assert "growth" not in kinds, "nothing was added before the last check"


@test("a report with growth validates", sample=True)
def validates(python):
    if not jsonschema:
        raise Skip("python3-jsonschema is not here")
    with open(harness.SCHEMA, encoding="utf-8") as f:
        schema = json.load(f)
    wanted = jsonschema.validators.validator_for(schema)(schema)
    report = check_of(grow(python, 3, "growth=1"), 2)
    assert growths(report), "something to validate"
    wanted.validate(report)


@test("without the search for what is reachable it says that it is off",
      sample=True)
def unreachable(python):
    run = grow(python, 3, "growth=1:reachability=0")
    report = check_of(run, 2)
    equal(growths(report), {}, "findings")
    assert [m for m in report["coverage"]["missed"] if m["what"] == "growth"]


SERVICE = """
import sys
class Session(object):
    pass
sessions = {}
def serve():
    for i in range(100):
        sessions["session %d" % len(sessions)] = Session()
sys.stdout.write("ready\\n")
sys.stdout.flush()
for line in iter(sys.stdin.readline, ""):
    serve()
    sys.stdout.write("served\\n")
    sys.stdout.flush()
"""


def command(*arguments):
    done = subprocess.run(
        [harness.LEAKSHIM] + [str(a) for a in arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        timeout=300, env=dict(os.environ, LEAKSHIM_LIBRARY=harness.LEAKSHIM_SO))
    return done.returncode, done.stdout, done.stderr


@test("`leakshim check' compares with the checks before it, once attached",
      sample=True)
def attached(python):
    if python.in_root or python.by_loader:
        raise Skip("attach.bats and test_attach.py go there")
    service = subprocess.Popen(python.command + ["-c", SERVICE],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        equal(service.stdout.readline(), b"ready\n", "start")
        status, _, said = command("attach", service.pid)
        equal(status, 0, "attach: " + said)
        for k in range(4):
            service.stdin.write(b"more\n")
            service.stdin.flush()
            equal(service.stdout.readline(), b"served\n", "served")
            status, out, said = command("check", "--growth=2",
                                        "--format=json", service.pid)
            equal(status, 0, "check: " + said)
            found = growths(json.loads(out))
            equal("Session" in found, k > 1, "check %d" % k)
        f = found["Session"]
        # With their names; 2.7 has no hooks that attach could use.
        equal(f["growth"]["checks"], [400, 600, 800] if python.major > 2
              else [200, 300, 400], "checks")
        equal(f["count"], 400, "sessions")
        equal([(h["type"], h["edge"]) for h in f["growth"]["path"]][0],
              ("module __main__", ".sessions"), "the way")
        if python.major > 2:
            equal(first_frame(f), "serve", "where they are made")
        # Forgotten with all else.
        for verb in ("detach", "attach"):
            equal(command(verb, service.pid)[0], 0, verb)
        equal(command("check", "--growth=1", service.pid)[1].count("GROWTH"),
              0, "after another attach")
    finally:
        service.stdin.close()
        service.wait()
        service.stdout.close()


main()
