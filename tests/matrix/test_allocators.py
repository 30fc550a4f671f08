#!/usr/bin/env python3
# PYTHONMALLOC: whatever allocates, a lost reference is found, or it is said that
# it may not be; and nobody is accused.
import planted
from findings import brief, type_names
from harness import Skip, equal, main, test

N = 200
ALLOCATORS = ["malloc", "debug", "malloc_debug", "pymalloc", "pymalloc_debug"]
MIMALLOC = ["mimalloc", "mimalloc_debug"]
# May miss what is lost, and says so.
SAID = {"mimalloc", "mimalloc_debug"}


def failing(report):
    return [f for f in report["findings"] if f["state"] == "new" and
            f["kind"] != "unreachable"]


def rows(report):
    return [row for row in report["coverage"]["missed"]
            if row["asked"] and "allocator that is not known" in row["why"]]


def add_test(allocator):
    def has_it(python):
        return (python.minor >= (3, 13) if allocator in MIMALLOC else
                python.major == 3)

    @test("PYTHONMALLOC=%s: found or reported as missed, no false finding" % allocator,
          only=has_it, sample=True)
    def is_found_or_said(python):
        env = {"PYTHONMALLOC": allocator}
        done = python.run("planted.py", "leak", "list", N, env=env,
                          options="exitcode=23", files=planted.files(python))
        if "unknown" in done.stderr or "not supported" in done.stderr:
            raise Skip("this build of Python has no " + allocator)
        found = [f for f in failing(done.report) if type_names(f) == ["list"]]
        n = sum(f["count"] for f in found)
        assert n <= N, [brief(f) for f in found]
        if not rows(done.report):
            assert n >= 0.9 * N, (n, [brief(f) for f in found])
        equal(bool(rows(done.report)), allocator in SAID, "said")
        twin = python.run("planted.py", "clean", "list", N, env=env,
                          options="exitcode=23", files=planted.files(python))
        equal(([brief(f) for f in failing(twin.report)], twin.status),
              ([], 0), "the twin")


for each in ALLOCATORS + MIMALLOC:
    add_test(each)


@test("the allocator that is there by default is known")
def default(python):
    done = python.run("planted.py", "clean", "list", N,
                      files=planted.files(python))
    equal(rows(done.report), [], "said")


main()
