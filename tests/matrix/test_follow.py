#!/usr/bin/env python3
# Children: each process reports for itself under a name of its own; an image
# that exec replaced does not, nor a child that only failed to exec; and nobody's
# exit status changes but that of the first.
import glob
import json
import os

from harness import equal, main, starts_itself, test

FIXTURE = "processes.py"
# On 2.7 the leaks are uncollectable, on 3.x unreachable.
FAIL = "exitcode=23:fail_on=uncollectable,unreachable"


FORKS_ALONE = {
    "alone", "fork", "fork-and--exit", "fork-and-fail", "fork-and-raise",
    "fork-and-be-killed", "fork-twice", "fork-in-a-thread",
    "fork-with-the-lock", "fork-and-fail-to-exec", "start-what-is-not-there",
    "start-in-no-folder", "start-something-else", "multiprocessing-fork",
}


class Play:
    """A run of the fixture: who said what, and who reported what."""

    def __init__(self, python, way, options=FAIL, status=23):
        if way not in FORKS_ALONE:
            starts_itself(python)
        self.run = python.run("-W", "ignore", FIXTURE, way, options=options)
        self.parts = {}
        for line in self.run.stdout.splitlines():
            said = json.loads(line)
            self.parts.setdefault(said["part"], []).append(said)
        self.files = {}
        for path in glob.glob(self.run.path("report*")):
            with open(path, encoding="utf-8") as f:
                self.files[os.path.basename(path)] = json.load(f)
        equal(self.run.status, status, "status of the first process")
        equal(self.run.stderr, "", "stderr")

    def pid(self, part):
        return self.parts[part][0]["pid"]

    def reports(self):
        """[(part, file name, report)] of all findings of the fixture's."""
        found = []
        for name, report in sorted(self.files.items()):
            for finding in report["findings"]:
                module, _, part = \
                    finding["types"][0]["name"].rpartition(".")
                # Whom spawn started has the script as __mp_main__.
                if module in ("__main__", "__mp_main__"):
                    found.append((part, name, report))
        return found

    def check(self, *parts, child=0):
        """Just these parts reported: the first one is the first process."""
        equal(sorted(part for part, _, _ in self.reports()), sorted(parts),
              "who reported")
        for part, name, report in self.reports():
            pids = [said["pid"] for said in self.parts[part]]
            assert report["process"]["pid"] in pids, "%s: pid %d" % (
                name, report["process"]["pid"])
            equal(report["process"]["trigger"], "exit", "trigger of " + name)
            if part == parts[0]:
                equal(name, "report.json", "file of the first process")
            else:
                equal(name, "report.json.%d" % report["process"]["pid"],
                      "file of a child")
        if child is not None:
            equal(self.parts[parts[0]][0]["child"], child,
                  "how the child ended")
        return self


def simple(way, *parts, child=0, only=None):
    @test(way.replace("-", " "), only=only)
    def one_way(python):
        Play(python, way).check(*parts, child=child)


def since(*minor):
    return lambda python: python.minor >= minor


simple("alone", "Parent", child=None)
simple("fork", "Parent", "Child")
simple("fork-and--exit", "Parent", "Child")
simple("fork-and-fail", "Parent", "Child", child=7)
simple("fork-and-raise", "Parent", "Child", child=1)
simple("fork-and-be-killed", "Parent", child=-9)
simple("fork-twice", "Parent", "Child", "Grandchild")
simple("fork-in-a-thread", "Parent", "Child")
simple("fork-with-the-lock", "Parent", *["Child"] * 5)
simple("fork-and-exec", "Parent", "Leaf")
simple("fork-and-fail-to-exec", "Parent", child=127)
simple("start-what-is-not-there", "Parent", child=127)
simple("start-in-no-folder", "Parent", child=127)
simple("start", "Parent", "Leaf")
simple("start-with-closed-descriptors", "Parent", "Leaf")
simple("start-with-a-hook", "Parent", "Leaf")
simple("start-by-a-shell", "Parent", "Leaf")
simple("start-without-us", "Parent")
simple("start-something-else", "Parent")
simple("system", "Parent", "Leaf")
simple("spawn", "Parent", "Leaf", only=since(3, 8))
simple("multiprocessing-default", "Parent", "Worker")
simple("multiprocessing-fork", "Parent", "Worker", only=since(3, 4))
simple("multiprocessing-spawn", "Parent", "Worker", only=since(3, 4))
simple("multiprocessing-forkserver", "Parent", "Worker", only=since(3, 4))


@test("replace: the new image is the first process, and reports alone")
def replace(python):
    Play(python, "replace").check("Leaf", child=None)


@test("multiprocessing pool: every worker reports once")
def pool(python):
    play = Play(python, "multiprocessing-pool")
    told = {said["pid"] for said in play.parts["Worker"]}
    reported = [report["process"]["pid"]
                for part, _, report in play.reports() if part == "Worker"]
    # A pool ends its workers as they wait; by a signal, they do not report.
    assert set(reported) <= told, "strangers reported"
    equal(len(reported), len(set(reported)), "reports of a worker")
    equal(play.parts["Parent"][0]["done"], [0, 2, 4, 6, 8, 10], "results")


@test("follow=0: children are not watched")
def no_follow(python):
    Play(python, "fork", FAIL + ":follow=0").check("Parent")
    Play(python, "start", FAIL + ":follow=0").check("Parent")
    Play(python, "multiprocessing-default",
         FAIL + ":follow=0").check("Parent")


@test("%p in log_path is each process's own pid")
def by_pid(python):
    for way, other in (("fork", "Child"), ("start", "Leaf")):
        play = Play(python, way, FAIL + ":log_path=report-%p")
        names = {part: name for part, name, _ in play.reports()}
        equal(names, {part: "report-%d" % play.pid(part)
                      for part in ("Parent", other)}, "files after " + way)


@test("without findings in the first process its status stays")
def only_the_child(python):
    starts_itself(python)
    # The leaf leaks; the program that was started first does not.
    run = python.run("-c", "import gc, subprocess, sys; "
                     "status = subprocess.call([sys.executable, "
                     "'processes.py', 'leaf']); gc.collect(); "
                     "sys.exit(status)", fixtures=[FIXTURE], options=FAIL)
    equal(run.status, 0, "status")
    equal(len(run.reports), 2, "reports")


@test("a program's own failure wins over exitcode")
def own_failure(python):
    run = python.run("-c", "import sys, processes; processes.leak('Parent'); "
                     "sys.exit(3)", fixtures=[FIXTURE], options=FAIL)
    equal(run.status, 3, "status")
    equal(len(run.report["findings"]) > 0, True, "findings")


@test("text goes to stderr, from each process in one piece")
def text(python):
    run = python.run("-W", "ignore", FIXTURE, "fork-with-the-lock",
                     format="text", options="exitcode=23:kinds=all:fail_on=all")
    equal(run.status, 23, "status")
    pid = None
    n_reports = 0
    for line in run.stderr.splitlines():
        if not line.startswith("==leakshim:"):
            assert pid is not None, "a line outside a report: " + line
            continue
        here = line.split("==")[1]
        if pid is None:
            pid = here
        equal(here, pid, "whose line this is")
        if "SUMMARY:" in line:
            pid = None
            n_reports += 1
    equal(n_reports, 6, "reports")


main()
