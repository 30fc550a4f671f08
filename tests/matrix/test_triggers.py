#!/usr/bin/env python3
# Checks that a process asks of itself: check_every= and signal=.
import glob
import json
import os
import signal
import subprocess
import time

import harness
from findings import brief, is_unhooked, type_names
from harness import Skip, equal, main, starts_itself, test

DONE = "there\nno child\n"


def run(python, work, options, way="leak", n=1, extra="follow=0:kinds=all",
        wanted=DONE, stderr=""):
    done = python.run("triggers.py", work, way, n, timeout=300,
                      options=options + ":" + extra)
    equal(done.stdout, wanted, "stdout")
    equal(done.status, 0, "status")
    if stderr is not None:
        equal(done.stderr, stderr, "stderr")
    return done


def of(done, trigger):
    return [r for r in done.reports if r["process"]["trigger"] == trigger]


def own(report):
    return [f for f in report["findings"] if "__main__.Leak" in type_names(f)]


def failing(report):
    return [brief(f) for f in report["findings"] if f["state"] == "new" and
            f["kind"] in ("lost-reference", "hidden-cycle", "uncollectable")]


def must_be_found(reports, at_least=1):
    """In one of them: another may be from before it was there."""
    assert len(reports) >= at_least, "%d reports" % len(reports)
    found = [f for report in reports for f in own(report)]
    assert found, [brief(f) for r in reports for f in r["findings"]]
    assert max(f["objects"] for f in found) >= 20, brief(found[0])
    equal({f["kind"] for f in found}, {"unreachable"}, "kinds")


def must_be_clean(reports, at_least=1):
    assert len(reports) >= at_least, "%d reports" % len(reports)
    for report in reports:
        equal(own(report), [], "findings")
        equal(failing(report), [], "failing")


# ---- check_every ----

@test("check_every: reports come while it works, and one at its end")
def timer(python):
    done = run(python, "loop", "check_every=1", n=2)
    must_be_found(of(done, "timer"), 2)
    must_be_found(of(done, "exit"))


@test("check_every: no false findings")
def timer_clean(python):
    done = run(python, "loop", "check_every=1", "clean")
    must_be_clean(of(done, "timer"))


@test("check_every: in the process itself", sample=True)
def timer_here(python):
    done = run(python, "loop", "check_every=1:isolate=0", n=2)
    must_be_found(of(done, "timer"))


@test("check_every: without backtraces", sample=True)
def timer_untracked(python):
    done = run(python, "loop", "check_every=1:track=none", n=2)
    must_be_found(of(done, "timer"))


@test("check_every: a thread works, the main one looks after it", sample=True)
def timer_polled(python):
    done = run(python, "polled", "check_every=1", "clean")
    must_be_clean(of(done, "timer"))


@test("check_every: a thread works, the main one waits forever", sample=True)
def timer_joined(python):
    if python.major == 2 and is_unhooked(python):
        raise Skip("a static Python 2.7 tells nobody of its collections")
    done = run(python, "joined", "check_every=1", "clean")
    must_be_clean(of(done, "timer"))


@test("check_every: asyncio", only=lambda python: python.major > 2,
      sample=True)
def timer_aio(python):
    done = run(python, "aio", "check_every=1", n=2)
    must_be_found(of(done, "timer"), 2)


@test("check_every: an idle process is not woken", sample=True)
def timer_idle(python):
    run(python, "idle", "check_every=1", wanted="few\nno child\n")


@test("check_every: each child has a time of its own", sample=True)
def timer_children(python):
    done = run(python, "children", "check_every=1", extra="kinds=all",
               stderr=None)
    parents = {r["process"]["pid"] for r in of(done, "exit")}
    timers = [r for r in of(done, "timer") if r["process"]["ppid"] in parents]
    must_be_found(timers)


@test("check_every: exec leaves no clone behind", sample=True)
def timer_exec(python):
    starts_itself(python)
    if not os.path.exists("/proc/self/task/%d/children" % os.getpid()):
        raise Skip("the kernel does not list children")
    run(python, "executing", "check_every=1",
        wanted="children: ''\nno child\n")


# ---- signal ----

def add_wait(work):
    @test("signal: at once where it waits in %s()" % work,
          sample=work in ("poll", "epoll", "sleep"))
    def is_served(python):
        done = run(python, work, "signal=USR2")
        must_be_found(of(done, "signal"))
        must_be_found(of(done, "exit"))


for each in ("select", "read", "poll", "epoll", "sleep"):
    add_wait(each)


@test("signal: no false findings while it waits")
def signal_clean(python):
    must_be_clean(of(run(python, "read", "signal=12", "clean"), "signal"))


@test("signal: soon where it is busy")
def signal_busy(python):
    done = run(python, "busy", "signal=USR2")
    must_be_found(of(done, "signal"))
    equal(len(of(done, "signal")), 1, "reports")


@test("signal: in the process itself", sample=True)
def signal_here(python):
    done = run(python, "busy", "signal=USR2:isolate=0")
    must_be_found(of(done, "signal"))


@test("signal: while it collects", sample=True)
def signal_collecting(python):
    done = run(python, "collecting", "signal=USR2", "clean")
    must_be_clean(of(done, "signal"))


@test("signal: while it forks", sample=True)
def signal_forking(python):
    must_be_found(of(run(python, "forking", "signal=USR2", stderr=None),
                     "signal"))


@test("signal: a thousand of them", sample=True)
def signal_storm(python):
    found = of(run(python, "storm", "signal=USR2"), "signal")
    must_be_found(found)
    assert len(found) < 200, "%d reports" % len(found)


@test("signal: the program's own handler has it")
def signal_handler(python):
    done = run(python, "handler", "signal=USR2", wanted="seen 5\nno child\n",
               stderr="leakshim: signal= does nothing here: the program has "
               "installed a handler for it; another may be free "
               "(signal=RTMIN+3)\n")
    equal([r["process"]["trigger"] for r in done.reports], ["exit"],
          "triggers")
    missed = [m["why"] for m in done.report["coverage"]["missed"]
              if m["what"] == "signal"]
    equal(missed, ["the program has taken it since"], "missed")


@test("signal: it was not taken, nothing is missed", sample=True)
def signal_ours(python):
    done = run(python, "getsignal", "signal=USR2",
               wanted="default\nno child\n")
    equal([m for m in done.report["coverage"]["missed"]
           if m["what"] == "signal"], [], "missed")


@test("signal: a program that gives it back is asked, and does not die")
def signal_given_back(python):
    done = run(python, "given_back", "signal=USR2", stderr=None)
    must_be_found(of(done, "signal"))
    equal([m for r in of(done, "exit") for m in r["coverage"]["missed"]
           if m["what"] == "signal"], [], "missed")


@test("signal: a program that then ends itself with it does", sample=True)
def signal_suicide(python):
    run(python, "dies_of_it", "signal=USR2",
        wanted="[12, 12]\nno child\n")


@test("signal: the program does not see that it is taken", sample=True)
def signal_unseen(python):
    run(python, "in_c", "signal=USR2", wanted="[None, 1, None]\nno child\n")


@test("signal: a real-time one", sample=True)
def signal_real_time(python):
    done = run(python, "busy", "signal=RTMIN+3", way="leak")
    must_be_found(of(done, "signal"))


@test("signal: one that is ignored stays so", sample=True)
def signal_ignored(python):
    starts_itself(python)
    done = run(python, "ignored", "signal=USR2", extra="kinds=all",
               wanted="ignored\nno child\n",
               stderr="leakshim: signal= does nothing: the program was "
               "started with it ignored\n")
    equal([r["process"]["trigger"] for r in done.reports], ["exit"],
          "triggers")


# ---- attached to ----

def needs_ptrace():
    scope = "/proc/sys/kernel/yama/ptrace_scope"
    if os.geteuid() != 0 and os.path.exists(scope):
        with open(scope, encoding="utf-8") as f:
            if f.read().strip() not in ("0", "1"):
                raise Skip("kernel.yama.ptrace_scope permits no attach")


def command(*arguments):
    # Its own report goes into its own folder.
    done = subprocess.run([harness.LEAKSHIM] + [str(a) for a in arguments],
                          cwd=harness._work, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8", timeout=300,
                          env=dict(os.environ,
                                   LEAKSHIM_LIBRARY=harness.LEAKSHIM_SO))
    assert done.returncode == 0, "%s: status %d\n%s%s" % (
        arguments, done.returncode, done.stdout, done.stderr)
    return done


SERVICE = """
import os, select, sys
class Leak(object):
    pass
def plant():
    for _ in range(20):
        one, other = Leak(), Leak()
        one.other, other.other = other, one
import gc
gc.disable()
plant()
sys.stdout.write("ready\\n")
sys.stdout.flush()
kept = []
while True:
    if BUSY and not select.select([0], [], [], 0.002)[0]:
        plant()
        kept.append([1] * 200)
        continue
    if not os.read(0, 1):
        break
sys.stdout.write("ended\\n")
"""


class Service:
    """A process of this machine, or of a root, that ends with its input."""

    def __init__(self, python, busy):
        words = python.command
        if python.in_root:
            raise Skip("its folder is another: test_attach.py has such")
        if python.by_loader:
            raise Skip("its loader starts it")
        self.folder = os.path.join(harness._work, "service")
        os.makedirs(self.folder)
        self.process = subprocess.Popen(
            words + ["-c", "BUSY = %d\n" % busy + SERVICE], cwd=self.folder,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.pid = self.process.pid
        equal(self.process.stdout.readline(), b"ready\n", "its first line")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout,
                       self.process.stderr):
            stream.close()

    def end(self):
        out, err = self.process.communicate(timeout=120)
        equal((out, err, self.process.returncode), (b"ended\n", b"", 0),
              "its end")

    def reports(self):
        found = []
        for name in glob.glob(os.path.join(self.folder, "report.json*")):
            with open(name, encoding="utf-8") as f:
                found.append(json.load(f))
        return found

    def await_report(self, poke=lambda: None):
        deadline = time.time() + 90
        before = len(self.reports())
        while len(self.reports()) == before and time.time() < deadline:
            poke()
            time.sleep(0.5)
        assert len(self.reports()) > before, "no report"
        return self.reports()

    def catches(self, number):
        with open("/proc/%d/status" % self.pid, encoding="utf-8") as f:
            caught = [line for line in f if line.startswith("SigCgt:")][0]
        return bool(int(caught.split()[1], 16) >> (number - 1) & 1)


OUTPUT = ["--format=json", "--log_path=report.json", "--kinds=all"]


@test("attached to: check_every", sample=True)
def attached_timer(python):
    needs_ptrace()
    with Service(python, busy=True) as service:
        done = command("attach", "--check_every=1", *OUTPUT, service.pid)
        if python.major == 2:
            assert "check_every= does nothing" in done.stderr, done.stderr
        else:
            equal(done.stderr.count("does nothing"), 0, done.stderr)
            service.await_report()
            for report in service.reports():
                equal(report["process"]["trigger"], "timer", "trigger")
                assert own(report), report["findings"]
        command("detach", service.pid)
        n = len(service.reports())
        service.end()
        equal(len(service.reports()), n, "reports after the detach")


@test("attached to: signal", sample=True)
def attached_signal(python):
    needs_ptrace()
    with Service(python, busy=False) as service:
        equal(service.catches(signal.SIGUSR2), False, "caught before")
        command("attach", "--signal=USR2", *OUTPUT, service.pid)
        equal(service.catches(signal.SIGUSR2), True, "caught")
        found = service.await_report(
            lambda: os.kill(service.pid, signal.SIGUSR2))
        equal(found[0]["process"]["trigger"], "signal", "trigger")
        assert own(found[0]), found[0]["findings"]
        command("detach", service.pid)
        equal(service.catches(signal.SIGUSR2), False, "caught afterwards")
        service.end()


@test("attached to: without either, it writes nothing by itself",
      sample=True)
def attached_silent(python):
    needs_ptrace()
    with Service(python, busy=True) as service:
        command("attach", *OUTPUT, service.pid)
        equal(service.catches(signal.SIGUSR2), False, "caught")
        service.end()
        equal(service.reports(), [], "reports")


main()
