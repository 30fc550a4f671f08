"""The command that is killed, at each of its steps.

tests/fixtures/nth.c sends it a signal at its N-th system call.  All values of N
are some thousand: a few of them here, spread over all; with LEAKSHIM_TESTS=full
twenty, others in each interpreter.  LEAKSHIM_STAGES by hand: how many.
"""

import os
import shlex
import signal
import subprocess
import time

import harness
from harness import equal
from services import Service, command, must, needs_ptrace

STAGES = int(os.environ.get("LEAKSHIM_STAGES", "20" if harness.FULL else "4"))
WAYS = [
    ("command", signal.SIGKILL),
    ("group", signal.SIGINT),   # ctrl-C
    ("group", signal.SIGHUP),   # its terminal is closed
    ("group", signal.SIGTERM),
    # With what stops the thread: the thread has to find its own way back.
    ("all", signal.SIGKILL),
]
VERBS = ["attach", "check", "detach"]

_nth = []


def nth():
    """The tracer, built once."""
    if not _nth:
        exe = os.path.join(harness._scratch, "nth")
        subprocess.run(shlex.split(os.environ.get("CC", "cc")) +
                       ["-w", "-O1", "-o", exe,
                        os.path.join(harness.FIXTURES, "nth.c")], check=True)
        _nth.append(exe)
    return _nth[0]


def interrupted(service, who, number, n, arguments):
    """How many calls it made, of which the n-th was its last."""
    done = subprocess.run(
        [nth(), who, str(int(number)), str(n), harness.LEAKSHIM] + arguments +
        [str(service.pid)], stdout=subprocess.PIPE, encoding="utf-8",
        timeout=300, check=True,
        env=dict(os.environ, LEAKSHIM_LIBRARY=harness.LEAKSHIM_SO))
    return int(done.stdout)


def bring(service, to, arguments):
    """To that verb, whatever has become of the last one."""
    deadline = time.monotonic() + 60
    while True:
        done = command(to, *arguments, service.pid)
        if done.returncode == 0 or "is already watched" in done.stderr or (
                to == "detach" and "`leakshim attach'" in done.stderr):
            return
        status = service.process.poll()
        assert status is None, "it has died: %d" % status
        assert time.monotonic() < deadline, "%s: %s" % (to, done.stderr)
        time.sleep(0.05)


def begin(service, verb, arguments):
    """What a killed command began may need a moment to end."""
    deadline = time.monotonic() + 60
    while "leakshim" in service.names("task"):
        assert time.monotonic() < deadline, "its thread does not end"
        time.sleep(0.02)
    bring(service, "detach" if verb == "attach" else "attach", arguments)


def check_once_more(service, arguments):
    """A killed command's own one may have begun only now, and ends first."""
    deadline = time.monotonic() + 60
    while True:
        done = command("check", "--kinds=all", "--fail_on=unreachable",
                       *arguments, service.pid)
        if ("another leakshim command" not in done.stderr or
                time.monotonic() > deadline):
            return must(done, 23)
        time.sleep(0.05)


def stages_of(python, service, way, arguments):
    who, number = way
    for verb in VERBS:
        begin(service, verb, arguments)
        wish = [verb] + arguments
        total = interrupted(service, who, number, 0, wish)
        assert total > 100, "%s: %d calls" % (verb, total)
        step = max(1, total // STAGES)
        # Each interpreter has its own.
        for n in range(1 + sum(python.name.encode()) % step, total, step):
            begin(service, verb, arguments)
            interrupted(service, who, number, n, wish)


def is_clean(service, before):
    """What a killed command began may need a moment to end."""
    deadline = time.monotonic() + 60
    while service.left_behind() != before and time.monotonic() < deadline:
        time.sleep(0.05)
    equal(service.left_behind(), before, "left behind")


def survives(python, mode, arguments, clean_up=None):
    needs_ptrace()
    service = Service(python, mode)
    try:
        for verb in VERBS:
            begin(service, verb, arguments)
            must(command(verb, *arguments, service.pid), 0)
        before = service.left_behind()
        for way in WAYS:
            stages_of(python, service, way, arguments)
            # All goes well again; and what only we could clean up is clean.
            begin(service, "check", arguments)
            done = check_once_more(service, arguments)
            assert "__main__.Node" in done.stdout, done.stdout
            bring(service, "detach", arguments)
            if way[0] != "all":
                is_clean(service, before)
            elif clean_up:
                clean_up(service)
        out, err = service.end()
    finally:
        if service.process.poll() is None:
            service.kill()
    assert out.endswith(service.expected()), (mode, out)
    equal(err, "", "what it says")
