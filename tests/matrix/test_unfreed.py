#!/usr/bin/env python3
# Objects that were deallocated and never freed, and lost instances of types
# that nobody has readied.
import planted
from findings import brief, is_unhooked, type_names, verdict
from harness import Skip, equal, main, test

N = 200
LOST = ("lost-reference", "unreferenced")
PROGRAM = "import sys\nimport unfreed\n" \
          "getattr(unfreed, sys.argv[1])(int(sys.argv[2]))\n"
TYPES = {"unfreed": "Unfreed", "tracked": "Tracked", "unready": "Unready",
         "untyped": "Untyped"}


def run(python, function, options=""):
    files = dict(planted.files(python, "unfreed"), **{"lose.py": PROGRAM})
    done = python.run("lose.py", function, N, files=files,
                      options="exitcode=23:" + options)
    equal(done.stderr, "", "stderr")
    return done


def add_tests(what):
    name = "unfreed." + TYPES[what]

    @test("lost: %s" % name)
    def is_found(python):
        if what in ("unfreed", "tracked") and is_unhooked(python):
            raise Skip("nobody tells what was an object on a static 2.7")
        done = run(python, "leak_" + what)
        found = [f for f in done.report["findings"] if f["state"] == "new"
                 and f["kind"] != "unreachable"]
        briefs = [brief(f) for f in found]
        equal({verdict(f) for f in found}, {LOST}, briefs)
        assert all(name in type_names(f) for f in found), briefs
        # An old word may hold one or two.
        n = sum(f["count"] for f in found)
        assert 0.9 * N <= n <= N, briefs
        if what in ("unfreed", "tracked"):
            equal({f["references"]["refcount"] for f in found}, {0},
                  "reference counts")
            assert all("tp_free" in f["advice"] for f in found), found
        equal(done.status, 23, "status")

    @test("freed: %s" % name)
    def is_clean(python):
        done = run(python, "clean_" + what)
        found = [brief(f) for f in done.report["findings"]
                 if f["kind"] != "unreachable"]
        equal((found, done.status), ([], 0), "findings and status")


for each in TYPES:
    add_tests(each)


@test("dead objects on an extension's free list, and living ones, are held")
def held(python):
    for function in ("keep_dead", "keep_unready"):
        done = run(python, function)
        found = [brief(f) for f in done.report["findings"]
                 if f["kind"] != "unreachable"]
        equal((found, done.status), ([], 0), function)


main()
