"""Services for the tests of attach: programs that must not notice it."""

import os
import subprocess
import threading
import time

import harness
from harness import Skip, equal

with open(os.path.join(harness.FIXTURES, "service.py"),
          encoding="utf-8") as f:
    SERVICE = f.read()


class Service:
    """service.py at work, fed with numbers; or a program that talks so too."""

    def __init__(self, python, mode, env=None, program=SERVICE):
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
            command + ["-c", program, mode], stdin=subprocess.PIPE,
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


def needs_ptrace():
    if os.geteuid() != 0 and os.path.exists(
            "/proc/sys/kernel/yama/ptrace_scope"):
        with open("/proc/sys/kernel/yama/ptrace_scope",
                  encoding="utf-8") as f:
            if f.read().strip() not in ("0", "1"):
                raise Skip("kernel.yama.ptrace_scope permits no attach")
