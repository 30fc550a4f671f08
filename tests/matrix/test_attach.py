#!/usr/bin/env python3
"""attach, check and detach, again and again, in services that must not care.

Each round is all three.  LEAKSHIM_TESTS=full: 300 rounds instead of a few, in
one interpreter of each family, and a tenth of that in the others.
LEAKSHIM_ROUNDS and LEAKSHIM_MODES by hand.
"""

import os
import re
import subprocess
import time

import harness
from harness import Skip, equal, test
from services import Service, command, must, needs_ptrace

# Those whose insides differ; of 3.11 the shared and the static ones.
FAMILIES = [(2, 7), (3, 8), (3, 11), (3, 12), (3, 13), (3, 14), (3, 15)]
WAITING = ["read", "select", "epoll", "futex"]
BUSY = ["loop", "malloc", "imports", "fork", "signals"]


_first = {}


def rounds_for(python):
    if "LEAKSHIM_ROUNDS" in os.environ:
        return int(os.environ["LEAKSHIM_ROUNDS"])
    if not harness.FULL:
        return 2
    first = _first.setdefault(python.minor, python.name)
    is_chosen = python.name == first or python.minor == (3, 11)
    return 300 if (is_chosen and python.minor in FAMILIES and
                   not python.is_debug) else 30


def round_of(service, env=None):
    pid = service.pid
    must(command("attach", pid, env=env), 0)
    # Cycles of the program's own class, from before the attach.
    if service.mode == "imports":  # which collects, now and then
        must(command("check", pid, env=env), 0)
    else:
        done = must(command("check", "--kinds=all", "--fail_on=unreachable",
                            pid, env=env), 23)
        assert "__main__.Node" in done.stdout, done.stdout
    must(command("detach", pid, env=env), 0)


def rounds_in(python, mode, rounds):
    needs_ptrace()
    if python.by_loader and mode == "fork":
        raise Skip("its loader starts it")
    service = Service(python, mode)
    try:
        before = None
        for number in range(rounds):
            round_of(service)
            before = before or service.left_behind()
        if rounds:
            equal(service.left_behind(), before, mode + ": left behind")
        assert "leakshim" not in service.names("task"), service.names("task")
        out, err = service.end()
    finally:
        if service.process.poll() is None:
            service.kill()
    assert out.endswith(service.expected()) or ", 0 wrong" in out, (
        "%s: %r, not %r" % (mode, out, service.expected()))
    lines = [line for line in err.splitlines()
             if "multi-threaded, use of fork" not in line and
             "os.fork()" not in line and "pid = os.fork" not in line]
    equal(lines, [], mode + ": what it says")
    return out


def modes(python):
    wanted = os.environ.get("LEAKSHIM_MODES", "").split()
    every = WAITING + BUSY + (["aio"] if python.major > 2 else [])
    if wanted:
        return [m for m in every if m in wanted]
    # A third of them in each: neighbours have the others.
    return every if harness.FULL else every[python.minor[1] % 3::3]


def is_clean_in(python, mode):
    service = Service(python, mode)
    try:
        must(command("attach", service.pid), 0)
        # What fails by default: lost references above all.
        must(command("check", service.pid), 0)
        service.end()
    finally:
        if service.process.poll() is None:
            service.kill()
    if python.in_root:
        return  # the library is not in there
    service = Service(python, mode, {"LD_PRELOAD": harness.LEAKSHIM_SO})
    try:
        must(command("check", service.pid), 0)
    finally:
        service.kill()


@test("no false finding while it works, preloaded or attached to",
      sample=True)
def clean(python):
    needs_ptrace()
    for mode in modes(python):
        is_clean_in(python, mode)


@test("a service that is attached to again and again does not notice",
      sample=True)
def stress(python):
    for mode in modes(python):
        is_unmoved_in(python, mode)


def is_unmoved_in(python, mode):
    out = rounds_in(python, mode, rounds_for(python))
    # What it came to without us: all but the numbers it was fed.
    quiet = rounds_in(python, mode, 0)
    shape = re.compile(r"sum \d+ of \d+")
    equal(shape.sub("sum", out), shape.sub("sum", quiet), mode)


# Python 2 has a greenlet in no suite that the tests use.
@test("nor does one whose stacks are greenlets, and there is no false finding",
      only=lambda python: python.major > 2, sample=True)
def greenlets(python):
    needs_ptrace()
    if subprocess.run(python.command + ["-c", "import greenlet"],
                      stderr=subprocess.DEVNULL, check=False).returncode:
        raise Skip("it has no greenlet (Debian: python3-greenlet)")
    is_clean_in(python, "greenlets")
    is_unmoved_in(python, "greenlets")


@test("what a round leaves on a stack hides nothing", sample=True)
def idle_later(python):
    needs_ptrace()
    service = Service(python, "pause")
    try:
        for _ in range(6):
            round_of(service)
        service.rest()
        for _ in range(2):
            round_of(service)
        service.end()
    finally:
        if service.process.poll() is None:
            service.kill()


def begun(service, verb):
    """The command, at work."""
    return subprocess.Popen(
        [harness.LEAKSHIM, verb, str(service.pid)], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=dict(os.environ, LEAKSHIM_LIBRARY=harness.LEAKSHIM_SO))


def killed(service, verb, seconds):
    """The command, killed after that long."""
    with begun(service, verb) as process:
        time.sleep(seconds)
        process.kill()


def until_all_goes_well(service):
    """Whatever state that left.  What was killed may begin only now."""
    deadline = time.monotonic() + 60
    while True:
        command("detach", service.pid)
        for verb in ("attach", "check", "detach"):
            done = command(verb, service.pid)
            if done.returncode:
                break
        else:
            return
        assert time.monotonic() < deadline, done.stderr
        time.sleep(0.1)


@test("the command killed at any moment leaves the service unharmed",
      sample=True)
def kill(python):
    needs_ptrace()
    rounds = 100 if harness.FULL else 10
    for mode in ("read", "epoll", "loop"):
        service = Service(python, mode)
        try:
            for number in range(rounds):
                verb = ("attach", "check", "detach")[number % 3]
                # Moments spread over the time that a command takes.
                killed(service, verb, 0.001 + 0.0037 * (number % 12))
            until_all_goes_well(service)
            out, _ = service.end()
        finally:
            if service.process.poll() is None:
                service.kill()
        assert out.endswith(service.expected()), (mode, out)


@test("of commands that come at once one is served, the others are refused",
      sample=True)
def at_once(python):
    """Each may have loaded a library before it could see another's."""
    needs_ptrace()
    for number in range(40 if harness.FULL else 6):
        service = Service(python, "read")
        try:
            commands = []
            for _ in range(5):
                commands.append(begun(service, "attach"))
                time.sleep(0.0008 * (number % 8))
            statuses = [each.wait(timeout=300) for each in commands]
            equal(sorted(statuses), [0, 3, 3, 3, 3], "statuses")
            must(command("detach", service.pid), 0)
            round_of(service)
            out, _ = service.end()
        finally:
            if service.process.poll() is None:
                service.kill()
        assert out.endswith(service.expected()), out


@test("a service that ends while it is checked ends as ever", sample=True)
def ending(python):
    needs_ptrace()
    for number in range(60 if harness.FULL else 6):
        is_preloaded = number % 2 and not python.in_root
        service = Service(python, ("loop", "read", "malloc")[number % 3],
                          {"LD_PRELOAD": harness.LEAKSHIM_SO}
                          if is_preloaded else None)
        try:
            if not is_preloaded:
                must(command("attach", service.pid), 0)
            with begun(service, "check"):
                time.sleep(0.004 * (number % 12))
                service.end()  # which asks for status 0
        finally:
            if service.process.poll() is None:
                service.kill()


if __name__ == "__main__":
    harness.main()
