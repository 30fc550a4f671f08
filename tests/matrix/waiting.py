"""Programs that wait to be attached to, on any interpreter.

The program's last act is wait(), from here: it says that it is ready, and goes
on when it is told to.
"""

import json
import os
import shutil
import subprocess
import tempfile

import harness

# Not by sys.stdout: the buffers of 2.7 are the C library's, which takes memory
# for them anywhere, and old words there keep what was planted.
WAIT = """
import os as _os
def wait():
    _os.write(1, b'ready\\n')
    _os.read(0, 1)
"""


def needs_ptrace():
    if os.geteuid() != 0 and os.path.exists(
            "/proc/sys/kernel/yama/ptrace_scope"):
        with open("/proc/sys/kernel/yama/ptrace_scope",
                  encoding="utf-8") as f:
            if f.read().strip() not in ("0", "1"):
                raise harness.Skip("kernel.yama.ptrace_scope permits no attach")


class Waiting:
    """The program `source', which calls wait() now and then."""

    def __init__(self, python, source, *arguments, files=None, env=None):
        needs_ptrace()
        self.root = python.command[1] if python.in_root else ""
        self.folder = tempfile.mkdtemp(
            prefix="leakshim-", dir=self.root + "/tmp" if self.root else
            harness._work)
        self.process = None
        files = dict(files or {}, **{"waiting.py": WAIT, "program.py": source})
        for name, content in files.items():
            with open(os.path.join(self.folder, name), "wb") as f:
                f.write(content if isinstance(content, bytes) else
                        content.encode())
        inside = self.folder[len(self.root):]
        command = python.command
        if self.root:
            # Its own /proc, in a mount namespace that goes with it.
            command = ["unshare", "--mount", "sh", "-c",
                       'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"',
                       self.root] + command[2:]
        environment = dict(os.environ)
        for name in ("LEAKSHIM_OPTIONS", "LD_PRELOAD", "PYTHONPATH"):
            environment.pop(name, None)
        environment.update(env or {})
        self.process = subprocess.Popen(
            command + [inside + "/program.py"] + [str(a) for a in arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=environment)

    def __enter__(self):
        self.await_ready()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)

    def await_ready(self):
        line = self.process.stdout.readline()
        if line == b"ready\n":
            return
        self.process.kill()
        error = self.process.communicate()[1].decode(errors="replace")
        shutil.rmtree(self.folder, ignore_errors=True)
        raise AssertionError("it is not ready, but said %r: %s" % (
            line, error[-2000:]))

    def go_on(self):
        """To the next wait()."""
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        self.await_ready()

    def ask(self, verb, *arguments):
        environment = dict(os.environ, LEAKSHIM_LIBRARY=harness.LEAKSHIM_SO)
        done = subprocess.run(
            [harness.LEAKSHIM, verb] + list(arguments) +
            [str(self.process.pid)], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, encoding="utf-8", timeout=300,
            env=environment)
        wanted = (0, 23) if verb == "check" else (0,)
        assert done.returncode in wanted, "%s: status %d: %s" % (
            verb, done.returncode, done.stderr)
        return done

    def report(self, verb, *arguments):
        """Of attach or check."""
        done = self.ask(verb, "--format=json", *arguments)
        return json.loads(done.stdout)
