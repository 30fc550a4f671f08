#!/usr/bin/env python3
# How long a check stops the program: as long as the report says, and no longer.
#
# LEAKSHIM_TEST_SLOW makes one step of the analysis two seconds longer, so that
# it is plain, on any machine, whether the program has waited for it.
import os

import harness
import waiting
from harness import equal, main, test

with open(os.path.join(harness.TOP, "src", "interface", "leakshim.py"),
          encoding="utf-8") as f:
    HELPER = f.read()

SLOW = 2.0
SLACK = 1.2  # of a loaded machine

# Notes the longest time between two of its turns, which are 2 ms apart.
SPIN = """
import os, select, sys, time
clock = getattr(time, "monotonic", time.time)
def spin(until):
    longest, last, kept = 0, clock(), []
    while True:
        is_over = until()
        now = clock()
        longest, last = max(longest, now - last), now
        kept = [[1] for _ in range(200)]
        if is_over:
            return longest
"""

SERVICE = SPIN + """
def told():
    return select.select([0], [], [], 0.002)[0]
while True:
    os.write(1, b"ready\\n")
    longest = spin(told)
    if not os.read(0, 1):
        break
    os.write(1, ("%f\\n" % longest).encode())
"""


def quiet(function):
    """Once in three times: a busy machine stops programs for a second, too."""
    def patient(python):
        for _ in range(2):
            try:
                return function(python)
            except AssertionError:
                pass
        return function(python)
    return patient


def agree(gap, report, waits):
    """Of a check whose slow step the program waits for, or does not."""
    pause = report["cost"]["pause_seconds"]
    least, most = (SLOW - 0.1, SLOW + SLACK) if waits else (0, SLACK)
    assert least <= pause < most, "paused %.3f s, says the report" % pause
    assert pause - 0.05 <= gap < pause + SLACK, (
        "it stood still for %.3f s, but the report says %.3f s" % (gap, pause))


def add_commands(step, waits):
    @test("attach and check: a slow %s is %s" % (
        step, "part of the pause" if waits else "not waited for"), sample=True)
    @quiet
    def commands(python):
        with waiting.Waiting(python, SERVICE,
                             env={"LEAKSHIM_TEST_SLOW": step}) as program:
            for verb in ("attach", "check"):
                report = program.report(verb)
                program.process.stdin.write(b"\n")
                program.process.stdin.flush()
                gap = float(program.process.stdout.readline())
                program.await_ready()
                agree(gap, report, waits)


add_commands("search", False)
add_commands("look", True)


# Until there is the report of a check, which is renamed into place.
OWN = SPIN + """
import signal
end = clock() + 60
if sys.argv[2:]:  # the signal's check, where it sleeps or where it works
    signal.setitimer(signal.ITIMER_REAL, 0.3)
def reported():
    time.sleep(0.002)
    return clock() > end or os.path.exists(sys.argv[1])
print(spin(reported))
"""


def add_own(trigger, options, step, waits):
    @test("%s: a slow %s is %s" % (
        trigger, step, "part of the pause" if waits else "not waited for"),
        sample=True)
    @quiet
    def own(python):
        done = python.run("-c", OWN, "report.json",
                          *["alarm"][:trigger == "signal"], options=options,
                          env={"LEAKSHIM_TEST_SLOW": step}, timeout=300)
        equal(done.status, 0, "status")
        reports = [r for r in done.reports
                   if r["process"]["trigger"] == trigger]
        agree(float(done.stdout), reports[0], waits)


for each in (("timer", "check_every=1"), ("signal", "signal=ALRM")):
    add_own(*each, "search", False)
    add_own(*each, "look", True)


# The report of a check that a thread asks for, while others run.
ASKING = SPIN + """
import threading
import leakshim
found = []
spins = threading.Event()
def ask():
    spins.wait()
    found.append(leakshim.check()["cost"]["pause_seconds"])
thread = threading.Thread(target=ask)
thread.start()
def answered():
    spins.set()
    time.sleep(0.002)
    return not thread.is_alive()
gap = spin(answered)
thread.join()
print("%f %f" % (gap, found[0]))
"""


def add_api(step, waits):
    @test("leakshim.check(): a slow %s is %s" % (
        step, "part of the pause" if waits else "not waited for"), sample=True)
    @quiet
    def api(python):
        done = python.run("-c", ASKING, files={"leakshim.py": HELPER},
                          env={"LEAKSHIM_TEST_SLOW": step}, timeout=300)
        equal(done.status, 0, "status")
        gap, pause = map(float, done.stdout.split())
        agree(gap, {"cost": {"pause_seconds": pause}}, waits)


add_api("search", False)
add_api("look", True)


# Whoever ends, forks or asks while a thread waits for its report.
MEANWHILE = """
import os, sys, threading, time
import leakshim
def ask():
    leakshim.check()
    os.write(1, b"answered\\n")
threads = [threading.Thread(target=ask) for _ in range(2)]
for thread in threads:
    thread.daemon = sys.argv[1] == "end"
    thread.start()
time.sleep(0.5)
if sys.argv[1] == "fork":
    pid = os.fork()
    if not pid:
        leakshim.check()
        os.write(1, b"child\\n")
        os._exit(0)
    os.waitpid(pid, 0)
"""


# A thread that the end leaves behind leaves nothing behind itself.
LEFT = """
import os, sys, threading, time
import leakshim
def ask():
    leakshim.check()
thread = threading.Thread(target=ask)
thread.daemon = True
thread.start()
while len(os.listdir(".")) < 2:
    time.sleep(0.01)
time.sleep(1)
"""


@test("leakshim.check(): a thread that never gets its report leaves no file",
      sample=True)
def left(python):
    done = python.run("-c", "import os, sys; sys.path[0] = os.getcwd();"
                      "os.chdir('temporary')\n" + LEFT, files={
                          "leakshim.py": HELPER, "temporary/.keep": ""},
                      env={"LEAKSHIM_TEST_SLOW": "search", "TMPDIR": "."},
                      timeout=300)
    equal((done.status, done.stderr), (0, ""), "its end")
    equal(os.listdir(done.path("temporary")), [".keep"], "files")


# A thread is between the halves of its check when the program's last begins,
# and (3.9 to 3.11) runs once more meanwhile.
HALVED = """
import gc, os, sys, threading, time
import leakshim
gc.disable()
class Waits(object):
    @staticmethod
    def collect():
        is_there.set()
        time.sleep(1)
leakshim.gc = Waits
def ask():
    ring = []
    ring.append(ring)
    del ring
    leakshim.check(collect=True)
is_there = threading.Event()
thread = threading.Thread(target=ask)
thread.daemon = True
thread.start()
is_there.wait(100)
"""


@test("leakshim.check(): the report at the end is no thread's to end",
      only=lambda p: p.major > 2, sample=True)
def halved(python):
    done = python.run("-c", HALVED, files={"leakshim.py": HELPER},
                      options="exitcode=23:fail_on=unreachable",
                      env={"LEAKSHIM_TEST_SLOW": "look", "TMPDIR": "."})
    equal((done.status, done.stderr), (23, ""), "its end")
    equal(done.report["process"]["trigger"], "exit", "trigger")
    assert done.report["findings"], "no finding"


AT_SHUTDOWN = "(most likely raised during interpreter shutdown)"


def add_meanwhile(what, most):
    @test("leakshim.check(): %s meanwhile" % what, sample=True)
    def meanwhile(python):
        done = python.run("-W", "ignore", "-c", MEANWHILE, what, files={"leakshim.py": HELPER},
                          env={"LEAKSHIM_TEST_SLOW": "search"}, timeout=300)
        equal(done.status, 0, "status")
        # 2.7 takes the globals away from daemon threads, and says so.
        if python.major > 2 or AT_SHUTDOWN not in done.stderr:
            equal(done.stderr, "", "standard error")
        lines = sorted(done.stdout.split())
        assert lines in most, lines


add_meanwhile("ask", [["answered"] * 2])
add_meanwhile("fork", [["answered"] * 2 + ["child"]])
# Daemon threads may not get the GIL any more.
add_meanwhile("end", [["answered"] * n for n in range(3)])

main()
