#!/usr/bin/env python3
"""A process and its descendants: attach, check and detach --tree.

And what a fork has copied, which one merged report counts once.
"""

import json
import os
import re
import signal
import subprocess
import time

import harness
import planted
from harness import Skip, equal, once, starts_itself, test

FIXTURE = {}
for _name in ("prefork", "family", "churn"):
    with open(os.path.join(harness.FIXTURES, _name + ".py"),
              encoding="utf-8") as _f:
        FIXTURE[_name] = _f.read()

# As prefork.py has them.
BEFORE, AFTER, LATE, WORKERS = 50, 30, 20, 4


class Program:
    """A fixture at work, which is told by lines."""

    def __init__(self, python, name, *arguments, env=None):
        path = os.path.join(harness.FIXTURES, name + ".py")
        command = python.command + [path]
        if python.in_root:
            # Its own /proc, in a mount namespace that goes with it.
            command = (["unshare", "--mount", "sh", "-c",
                        'mount -t proc proc "$0/proc" && exec chroot "$0" '
                        '"$@"'] + python.command[1:] + ["-c", FIXTURE[name]])
        environment = dict(os.environ)
        environment.pop("LEAKSHIM_OPTIONS", None)
        environment.update(env or {})
        self.process = subprocess.Popen(
            command + [str(a) for a in arguments], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            encoding="utf-8", env=environment, start_new_session=True)
        self.pid = self.process.pid
        self.ready = self.process.stdout.readline().split()
        assert self.ready and self.ready[0] == "ready", self.ready

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Its own session: nobody else is in it.
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        equal(self.process.stdout.readline(), line + "\n", "its answer")

    def end(self):
        self.process.stdin.close()
        out = self.process.stdout.read()
        equal(self.process.wait(timeout=120), 0, "its status")
        return out


def command(verb, *arguments):
    return subprocess.run(
        [harness.LEAKSHIM, verb, "--tree"] + [str(a) for a in arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        timeout=300,
        env=dict(os.environ, LEAKSHIM_LIBRARY=harness.LEAKSHIM_SO))


def must(done, wanted):
    assert done.returncode == wanted, "%s: status %d, not %d:\n%s\n%s" % (
        " ".join(done.args[1:]), done.returncode, wanted,
        done.stdout[:2000], done.stderr)
    return done


def check(pid, *arguments):
    """The merged report; of each class of the program its islands."""
    done = must(command("check", "--format=json", "--kinds=all", *arguments,
                        pid), 0)
    report = json.loads(done.stdout)
    return report, islands(report)


def islands(report):
    found = {}
    for finding in report["findings"]:
        name = finding["types"][0]["name"].rsplit(".", 1)
        if name[0] in ("__main__", "__mp_main__"):
            found[name[1]] = found.get(name[1], 0) + finding["count"]
            equal(finding["types"][0]["count"], finding["count"],
                  "objects of " + name[1])
    return found


def needs_ptrace():
    yama = "/proc/sys/kernel/yama/ptrace_scope"
    if os.geteuid() != 0 and os.path.exists(yama):
        with open(yama, encoding="utf-8") as f:
            if f.read().strip() not in ("0", "1"):
                raise Skip("kernel.yama.ptrace_scope permits no attach")


def watched_from_start(python):
    """Started under the library: the fork is seen."""
    if python.in_root:
        raise Skip("the library is not in its root")
    return {"LD_PRELOAD": harness.LEAKSHIM_SO}


# ---- reports of processes, merged ----


def merge(run):
    names = [os.path.join(run.folder, name)
             for name in sorted(os.listdir(run.folder))
             if name.startswith("report.json")]
    done = subprocess.run([harness.LEAKSHIM, "report", "--format=json"] +
                          names, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


@test("what was leaked before a fork counts once in a merged report")
def at_exit(python):
    run = python.run("prefork.py", WORKERS, options="kinds=all",
                     stdin="leak\nfork\nleak\nend\n")
    reports = run.reports
    equal(len(reports), 2 + WORKERS, "reports")
    for each in reports:
        # By itself each tells all that it has.
        equal(islands(each)["Before"], BEFORE, "Before in one report")
        assert islands(each)["Both"] in (BEFORE, BEFORE + AFTER), each
    equal(islands(merge(run)), {
        "Before": BEFORE,
        "After": AFTER * (WORKERS + 1),
        "Both": BEFORE + AFTER * (WORKERS + 1),
        # The parent's first ones are the last worker's as well.
        "Late": 2 * LATE * (WORKERS + 1) + LATE,
    }, "merged")


@test("programs that leak nothing before and after a fork are not accused")
def clean_at_exit(python):
    run = python.run("prefork.py", WORKERS, "clean", options="kinds=all",
                     stdin="leak\nfork\nleak\nend\n")
    equal(len(run.reports), 2 + WORKERS, "reports")
    equal(islands(merge(run)), {}, "merged")


LOSING = """\
import os
import planted

# Of another length in each process: a static 2.7 knows nothing else.
def lose(length):
    for i in range(100):
        planted.%s_argument([i] * length)

lose(1)
for worker in range(2):
    pid = os.fork()
    if not pid:
        lose(2 + worker)
        break
    os.waitpid(pid, 0)
"""


def lost(python, way):
    files = dict(planted.files(python), **{"lose.py": LOSING % way})
    run = python.run("lose.py", files=files)
    found = [[f["count"] for f in report["findings"]
              if f["kind"] == "lost-reference" and
              f["types"][0]["name"] == "list"]
             for report in run.reports + [merge(run)]]
    equal(len(found), 4, "reports and the merged one")
    return [sum(counts) for counts in found]


@test("what was lost before a fork counts once in a merged report")
def lost_at_exit(python):
    # A stale word may hide some.
    *each, whole = lost(python, "leak")
    for n in sorted(each)[1:]:
        assert 160 <= n <= 200, each
    assert 80 <= min(each) <= 100, each
    assert 240 <= whole <= 300, (each, whole)
    equal(sum(lost(python, "clean")), 0, "of the twin")


# ---- a prefork server ----


@test("a prefork server that was attached to", sample=True)
def prefork(python):
    needs_ptrace()
    with Program(python, "prefork", WORKERS) as server:
        done = must(command("attach", server.pid), 0)
        equal(done.stderr.count(": watching CPython "), 1 + WORKERS, "lines")
        # Again: nothing is to do, and nothing is said.
        equal(must(command("attach", server.pid), 0).stderr, "", "again")
        report, found = check(server.pid)
        equal(report["merged"], 1 + WORKERS, "processes")
        equal(found, {"Before": BEFORE, "After": AFTER * WORKERS,
                      "Both": BEFORE + AFTER * WORKERS}, "islands")
        server.tell("leak")
        server.tell("fork")  # it is watched from its first moment on
        server.tell("leak")
        report, found = check(server.pid)
        equal(report["merged"], 2 + WORKERS, "processes")
        equal(found, {"Before": BEFORE, "After": AFTER * (WORKERS + 1),
                      "Both": BEFORE + AFTER * (WORKERS + 1),
                      "Late": 2 * LATE * (WORKERS + 1) + LATE}, "islands")
        must(command("check", "--kinds=all", "--fail_on=unreachable",
                     server.pid), 23)
        equal(must(command("detach", server.pid), 0).stderr, "", "detach")
        equal(must(command("detach", server.pid), 0).stderr, "", "again")
        done = must(command("check", server.pid), 3)
        equal(done.stderr.count("it is not watched"), 2 + WORKERS, "lines")
        assert server.end().endswith("end\n")


@test("a prefork server that was started under the library", sample=True)
def preloaded(python):
    needs_ptrace()
    with Program(python, "prefork", WORKERS,
                 env=watched_from_start(python)) as server:
        server.tell("leak")
        report, found = check(server.pid)
        equal(report["merged"], 1 + WORKERS, "processes")
        equal(found, {"Before": BEFORE, "After": AFTER * WORKERS,
                      "Both": BEFORE + AFTER * WORKERS,
                      "Late": LATE * (WORKERS + 1)}, "islands")


@test("a prefork server that leaks nothing", sample=True)
def clean(python):
    needs_ptrace()
    with Program(python, "prefork", WORKERS, "clean") as server:
        must(command("attach", server.pid), 0)
        server.tell("leak")
        _, found = check(server.pid, "--fail_on=all")
        equal(found, {}, "islands")


@test("a worker that is stopped is left out, and said to be", sample=True)
def stopped(python):
    needs_ptrace()
    with Program(python, "prefork", WORKERS) as server:
        worker = int(server.ready[1])
        if python.in_root:  # that is its number there
            worker = children(server.pid)[0]
        os.kill(worker, signal.SIGSTOP)
        while state_of(worker) != "T":
            time.sleep(0.01)
        done = must(command("attach", server.pid), 3)
        equal([line for line in done.stderr.splitlines()
               if ": watching CPython " not in line],
              ["leakshim: attach: %d: it is stopped: resume it with kill "
               "-CONT %d" % (worker, worker)], "what was said")
        equal(done.stderr.count(": watching CPython "), WORKERS, "others")
        os.kill(worker, signal.SIGCONT)
        done = must(command("attach", server.pid), 0)
        equal(done.stderr.count(": watching CPython "), 1, "the one")
        equal(check(server.pid)[0]["merged"], 1 + WORKERS, "processes")


@test("the command killed at any moment leaves all of them unharmed",
      sample=True)
def kill(python):
    needs_ptrace()
    with Program(python, "prefork", WORKERS) as server:
        for number in range(60 if harness.FULL else 9):
            verb = ("attach", "check", "detach")[number % 3]
            with subprocess.Popen(
                    [harness.LEAKSHIM, verb, "--tree", str(server.pid)],
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                    env=dict(os.environ, LEAKSHIM_LIBRARY=(
                        harness.LEAKSHIM_SO))) as process:
                time.sleep(0.001 + 0.013 * (number % 10))
                process.kill()
        # Whatever state that left: from here on all goes well again.
        # (What was killed may be at work for as long as a check takes.)
        deadline = time.monotonic() + 120
        while (command("attach", server.pid).returncode or
               command("check", server.pid).returncode):
            assert time.monotonic() < deadline, "no attach or check any more"
            time.sleep(0.1)
        server.tell("leak")
        report, found = check(server.pid)
        equal(report["merged"], 1 + WORKERS, "processes")
        equal(found["Late"], LATE * (1 + WORKERS), "islands")
        assert server.end().endswith("end\n")


def state_of(pid):
    with open("/proc/%d/stat" % pid, encoding="utf-8") as f:
        return f.read().rsplit(") ", 1)[1][0]


def children(pid):
    found = []
    for name in os.listdir("/proc"):
        try:
            with open("/proc/%s/stat" % name, encoding="utf-8") as f:
                if int(f.read().rsplit(") ", 1)[1].split()[1]) == pid:
                    found.append(int(name))
        except (OSError, ValueError):
            pass
    return sorted(found)


# ---- other kinds of children ----


def family(python, way):
    needs_ptrace()
    starts_itself(python)
    if python.in_root:
        raise Skip("its root has no /dev/shm for multiprocessing")
    with Program(python, "family", way) as parent:
        done = must(command("attach", "--verbosity=1", parent.pid), 0)
        # `sleep', and it again if it was in the middle of exec().
        assert re.search(" [12] are not CPython", done.stderr), done.stderr
        n = done.stderr.count(": watching CPython ")
        report, found = check(parent.pid)
        equal(report["merged"], n, "processes")
        equal(found, {"Parent": 50, "Worker": 100, "Other": 50}, "islands")
        assert parent.end().endswith("end\n")
        return n


@test("multiprocessing by fork, and other programs", sample=True)
def by_fork(python):
    equal(family(python, "fork"), 4, "processes")


@test("multiprocessing by spawn", sample=True, only=lambda p: p.major > 2)
def by_spawn(python):
    # The tracker of resources is a Python as well.
    assert family(python, "spawn") in (4, 5)


@test("multiprocessing by forkserver", sample=True,
      only=lambda p: p.major > 2)
def by_forkserver(python):
    assert family(python, "forkserver") in (5, 6)


# ---- those that come and go ----


@test("children that end meanwhile are no error", sample=True)
def churn(python):
    needs_ptrace()
    if python.by_loader:
        raise Skip("its loader starts it")
    with Program(python, "churn") as parent:
        must(command("attach", parent.pid), 0)
        for _ in range(3):
            must(command("check", parent.pid), 0)
        must(command("detach", parent.pid), 0)
        must(command("attach", parent.pid), 0)
        assert parent.end().endswith(" children\n")


# ---- the command's own ----


@once("no process, or no Python, is reported once")
def nobody():
    equal(must(command("attach", 4194303), 3).stderr,
          "leakshim: attach: 4194303: no such process\n", "stderr")
    with subprocess.Popen(["sleep", "1000"]) as sleep:
        try:
            while True:
                with open("/proc/%d/comm" % sleep.pid,
                          encoding="utf-8") as f:
                    if f.read() == "sleep\n":
                        break
                time.sleep(0.01)
            for verb in "attach", "check", "detach":
                equal(must(command(verb, sleep.pid), 3).stderr,
                      "leakshim: %s: %d: neither it nor any descendant is "
                      "a CPython process\n" % (verb, sleep.pid), "stderr")
        finally:
            sleep.kill()


harness.main()
