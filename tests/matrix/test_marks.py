#!/usr/bin/env python3
# Marks and checks in a C program that embeds the interpreter.
import hosts
from findings import verdict
from harness import equal, main, test

LOST = ("lost-reference", "unreferenced")


def states(report):
    return sorted({f["state"] for f in report["findings"]
                   if verdict(f) == LOST and f["types"][0]["name"] == "list"})


@test("what C code loses after a mark is new, though no Python ran", sample=True)
def after_mark(python):
    for code in ((), ("pass",)):
        host = hosts.run(python, "marks.c", 5, *code)
        equal((host.status, host.stderr, host.stdout), (0, "", "1 1 0\n"),
              "status, stderr and answers")
        equal([states(r) for r in host.reports],
              [["new"], ["new"], [], ["new"]], "states of the lists")


@test("a host that loses nothing gets 0", sample=True)
def clean(python):
    host = hosts.run(python, "marks.c", 0)
    equal((host.status, host.stderr, host.stdout), (0, "", "0 0 0\n"),
          "status, stderr and answers")
    equal([states(r) for r in host.reports], [[], [], [], []], "states")


main()
