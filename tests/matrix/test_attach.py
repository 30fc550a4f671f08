#!/usr/bin/env python3
"""attach, check and detach, again and again, in services that must not care.

Each round is all three.  LEAKSHIM_TESTS=full: 300 rounds instead of a few, in
every interpreter.  LEAKSHIM_ROUNDS and LEAKSHIM_MODES by hand.
"""

import os
import re
import subprocess
import threading
import time

import harness
from harness import Skip, equal, test

ROUNDS = int(os.environ.get("LEAKSHIM_ROUNDS",
                            "300" if harness.FULL else "2"))
WAITING = ["read", "select", "epoll", "futex"]
BUSY = ["loop", "malloc", "imports", "fork", "signals"]

with open(os.path.join(harness.FIXTURES, "service.py"),
          encoding="utf-8") as f:
    SERVICE = f.read()


class Service:
    """service.py at work, fed with numbers."""

    def __init__(self, python, mode, env=None):
        self.mode = mode
        self.sent = 0
        command = python.command
        if python.in_root:
            root = command[1]
            # Its own /proc, in a mount namespace that goes with it.
            command = ["unshare", "--mount", "sh", "-c",
                       'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"',
                       root] + command[2:]
        environment = dict(os.environ, PYTHONUNBUFFERED="1")
        environment.pop("LEAKSHIM_OPTIONS", None)
        environment.update(env or {})
        self.process = subprocess.Popen(
            command + ["-c", SERVICE, mode], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        self.pid = self.process.pid
        line = self.process.stdout.readline()
        if line != b"ready\n":
            self.process.stdin.close()
            raise AssertionError("it did not start: %r" %
                                 self.process.stderr.read())
        self.is_fed = True
        self.feeder = threading.Thread(target=self.feed)
        self.feeder.start()
        equal(self.process.stdout.readline(), b"begun\n", mode)

    def feed(self):
        while self.is_fed:
            try:
                self.process.stdin.write(b"%d\n" % self.sent)
                self.process.stdin.flush()
            except OSError:
                return
            self.sent += 1
            time.sleep(0.001)

    def rest(self):
        """No more numbers."""
        self.is_fed = False
        self.feeder.join()

    def end(self):
        """Let it come to its end; what it printed."""
        self.rest()
        try:
            out, err = self.process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            raise AssertionError("%s: it hangs: %r" % (self.mode, err))
        equal(self.process.returncode, 0, "%s: status (%r)" % (self.mode, err))
        return out.decode().strip(), err.decode()

    def kill(self):
        self.is_fed = False
        self.process.kill()
        self.process.wait()
        self.feeder.join()
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()

    def expected(self):
        return "sum %d of %d" % (self.sent * (self.sent - 1) // 2, self.sent)

    def names(self, what):
        """Of its threads; of its descriptors, but files, which it opens."""
        folder, found = "/proc/%d/%s" % (self.pid, what), []
        for name in sorted(os.listdir(folder), key=int):
            try:
                path = os.path.join(folder, name)
                if what == "fd":
                    target = os.readlink(path)
                    if not target.startswith("/") or "memfd" in target:
                        found.append("%s %s" % (name, target))
                else:
                    with open(path + "/comm", encoding="utf-8") as f:
                        found.append(f.read().strip())
            except OSError:
                pass
        return found

    def left_behind(self):
        with open("/proc/%d/maps" % self.pid, encoding="utf-8") as f:
            n = sum("memfd:libleakshim" in line for line in f)
        return self.names("fd"), n


def command(*arguments, env=None):
    environment = dict(os.environ, LEAKSHIM_LIBRARY=harness.LEAKSHIM_SO)
    environment.update(env or {})
    return subprocess.run([harness.LEAKSHIM] + [str(a) for a in arguments],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", timeout=300, env=environment)


def must(done, wanted):
    assert done.returncode == wanted, "%s: status %d, not %d:\n%s\n%s" % (
        " ".join(done.args[1:]), done.returncode, wanted, done.stdout,
        done.stderr)
    return done


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


def needs_ptrace():
    if os.geteuid() != 0 and os.path.exists(
            "/proc/sys/kernel/yama/ptrace_scope"):
        with open("/proc/sys/kernel/yama/ptrace_scope",
                  encoding="utf-8") as f:
            if f.read().strip() not in ("0", "1"):
                raise Skip("kernel.yama.ptrace_scope permits no attach")


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


@test("nobody is accused while it works, preloaded or attached to",
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
    out = rounds_in(python, mode, ROUNDS)
    # What it came to without us: all but the numbers it was fed.
    quiet = rounds_in(python, mode, 0)
    shape = re.compile(r"sum \d+ of \d+")
    equal(shape.sub("sum", out), shape.sub("sum", quiet), mode)


# Python 2 has a greenlet in no suite that the tests use.
@test("nor does one whose stacks are greenlets, and nobody is accused",
      only=lambda python: python.major > 2, sample=True)
def greenlets(python):
    needs_ptrace()
    if subprocess.run(python.command + ["-c", "import greenlet"],
                      stderr=subprocess.DEVNULL, check=False).returncode:
        raise Skip("it has no greenlet (Debian: python3-greenlet)")
    is_clean_in(python, "greenlets")
    is_unmoved_in(python, "greenlets")


@test("what a round leaves on a stack is in nobody's way", sample=True)
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


def killed(service, verb, seconds):
    """The command, killed after that long."""
    with subprocess.Popen([harness.LEAKSHIM, verb, str(service.pid)],
                          stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL,
                          env=dict(os.environ, LEAKSHIM_LIBRARY=(
                              harness.LEAKSHIM_SO))) as process:
        time.sleep(seconds)
        process.kill()


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
            # Whatever state that left: from here on all goes well again.
            deadline = time.monotonic() + 60
            command("detach", service.pid)
            while command("attach", service.pid).returncode:
                assert time.monotonic() < deadline, "no attach any more"
                command("detach", service.pid)
                time.sleep(0.1)
            must(command("check", service.pid), 0)
            must(command("detach", service.pid), 0)
            out, _ = service.end()
        finally:
            if service.process.poll() is None:
                service.kill()
        assert out.endswith(service.expected()), (mode, out)


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
            with subprocess.Popen([harness.LEAKSHIM, "check",
                                   str(service.pid)],
                                  stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL):
                time.sleep(0.004 * (number % 12))
                service.end()  # which asks for status 0
        finally:
            if service.process.poll() is None:
                service.kill()


if __name__ == "__main__":
    harness.main()
