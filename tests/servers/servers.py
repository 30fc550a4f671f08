"""Servers of Debian's packages on loopback ports, and load for them.

    with Flask() as server:
        load = server.load()
        ...
        answers = load.end()    # fails when one of them failed

Each has a work folder of its own, with the programs of apps/ and the extension
that plants leaks.  Python is Debian's: that is whose packages they are.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
APPS = os.path.join(HERE, "apps")
sys.path.insert(0, os.path.join(HERE, "..", "matrix"))

import harness  # noqa: E402
import planted  # noqa: E402
from harness import Skip  # noqa: E402

SECONDS = 300  # until something that should happen is taken for a hang


def debian_python():
    path = os.path.realpath("/usr/bin/python3")
    if not os.access(path, os.X_OK):
        raise Skip("no /usr/bin/python3")
    version = subprocess.run(
        [path, "-c", "import platform; print(platform.python_version())"],
        stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout.strip()
    return harness.Python("path-" + path[-4:].lstrip("n"), version, [path])


def need_program(name, package):
    path = shutil.which(name)
    if not path:
        raise Skip("no %s here (Debian: %s)" % (name, package))
    return path


def need_module(python, name, package):
    if subprocess.run(python.command + ["-c", "import " + name],
                      stderr=subprocess.DEVNULL, check=False).returncode:
        raise Skip("%s has no %s (Debian: %s)" % (python.name, name, package))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(condition, what, seconds=SECONDS):
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, "%s: not within %d s" % (what,
                                                                     seconds)
        time.sleep(0.02)


def children(pid):
    found = []
    for task in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/children" % (pid, task),
                  encoding="ascii") as f:
            found += map(int, f.read().split())
    return sorted(found)


# ---- load ----

class Load:
    """A load generator; it works until end()."""
    status = 0

    def __init__(self, command, folder, env=None, **streams):
        # Below the server, which is what is looked at.
        self.process = subprocess.Popen(
            ["nice", "-n", "1"] + command, cwd=folder, env=env,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
            **streams)

    def stop(self):
        self.process.send_signal(signal.SIGINT)

    def end(self):
        """The number of answers; an exception when one was not as expected."""
        assert self.process.poll() is None, self.process.communicate()
        self.stop()
        return self.finish()

    def finish(self):
        """... when it ends by itself."""
        self.out, self.err = self.process.communicate(timeout=SECONDS)
        told = "%s\n%s" % (self.out, self.err)
        assert self.process.returncode == self.status, told
        assert not self.err.strip(), told[-2000:]
        n = self.count(self.out)
        assert n > 0, "no answers:\n" + told
        return n

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


class Wrk(Load):
    def __init__(self, server, connections=8, seconds=3600):
        super().__init__(
            [need_program("wrk", "wrk"), "-t1", "-c%d" % connections,
             "-d%d" % seconds, "--timeout", "120", "--latency", "-s",
             os.path.join(APPS, "check.lua"), server.url, "--",
             server.expected], server.folder)

    def count(self, out):
        for bad in ("Socket errors", "Non-2xx"):
            assert bad not in out, out
        return int(re.search(r"(\d+) requests in", out).group(1))

    def percentiles(self):
        """{50: seconds, ...}, of what has ended."""
        units = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}
        return {int(percent): float(number) * units[unit]
                for percent, number, unit in re.findall(
                    r"^ +(\d+)% +([\d.]+)(us|ms|s|m) *$", self.out, re.M)}


class Ab(Load):
    """ApacheBench compares the lengths of the answers."""
    status = 1  # interrupted

    def __init__(self, server, connections=4):
        super().__init__(
            [need_program("ab", "apache2-utils"), "-q", "-r", "-s120",
             "-c%d" % connections, "-n20000000", server.url], server.folder)

    def count(self, out):
        assert re.search(r"^Failed requests: +0$", out, re.M), out
        assert "Non-2xx" not in out, out
        return int(re.search(r"^Complete requests: +(\d+)$", out,
                             re.M).group(1))


class Tasks(Load):
    def __init__(self, server):
        super().__init__(server.python.command + ["celery_load.py"],
                         server.folder, server.environment,
                         stdin=subprocess.PIPE)

    def stop(self):
        self.process.stdin.write("end\n")
        self.process.stdin.flush()

    def count(self, out):
        n, failed = re.search(r"^(\d+) tasks, (\d+) failed$", out,
                              re.M).groups()
        assert failed == "0", out
        return int(n)


# ---- servers ----

class Server:
    """One of them, running; env: more of its environment."""
    name = ""
    module = ""  # with its EXPECTED
    load = Wrk
    must_have = ()  # (module, package)
    is_tree = True  # all of its processes can be attached to

    def __init__(self, env=None):
        self.python = debian_python()
        for name, package in self.must_have:
            need_module(self.python, name, package)
        self.port = free_port()
        self.url = "http://127.0.0.1:%d/" % self.port
        self.folder = tempfile.mkdtemp(prefix="leakshim-server-")
        self.environment = {
            key: value for key, value in os.environ.items()
            if key not in ("LEAKSHIM_OPTIONS", "LD_PRELOAD", "PYTHONPATH")}
        self.environment.update(PYTHONPATH=self.folder,
                                PYTHONDONTWRITEBYTECODE="1")
        self.helpers = []
        self.process = None
        try:
            self.fill_folder()
            self.prepare()
            self.expected = subprocess.run(
                self.python.command +
                ["-c", "import %s as m; print(m.EXPECTED)" % self.module],
                cwd=self.folder, env=self.environment, check=True,
                stdout=subprocess.PIPE, encoding="utf-8").stdout.strip()
            self.environment.update(env or {})
            self.process = self.start(self.command(), "log")
            wait_until(self.is_up, "the server is up")
        except BaseException:
            self.stop()
            raise

    def fill_folder(self):
        for name in os.listdir(APPS):
            if os.path.isfile(os.path.join(APPS, name)):
                shutil.copy(os.path.join(APPS, name), self.folder)
        for name, content in planted.files(self.python).items():
            with open(os.path.join(self.folder, name), "wb") as f:
                f.write(content)

    def prepare(self):
        pass

    def start(self, command, log):
        with open(os.path.join(self.folder, log), "wb") as f:
            return subprocess.Popen(command, cwd=self.folder,
                                    env=self.environment, stdout=f, stderr=f,
                                    stdin=subprocess.DEVNULL)

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8",
                  errors="replace") as f:
            return f.read()

    def is_up(self):
        assert self.process.poll() is None, self.log()
        try:
            return len(self.workers()) == self.n_workers and self.ask()
        except OSError:
            return False

    def ask(self):
        with urllib.request.urlopen(self.url, timeout=SECONDS) as answer:
            return answer.read().decode() == self.expected

    def workers(self):
        """The processes that serve."""
        return children(self.process.pid)

    def others(self):
        """Of its processes that run Python as well."""
        return [self.process.pid]

    def idle(self):
        """Those that let the GIL go while they wait."""
        return self.others() + self.workers()

    def order(self, number, way):
        """Let each worker plant; they do with their next request."""
        path = os.path.join(self.folder, "order")
        with open(path + ".new", "w", encoding="ascii") as f:
            f.write("%d %s" % (number, way))
        os.rename(path + ".new", path)
        for pid in self.workers():
            done = os.path.join(self.folder, "done.%d.%d" % (pid, number))
            wait_until(lambda: os.path.exists(done),
                       "process %d plants" % pid)

    def stop(self):
        """Its exit status; None when it had to be killed."""
        status = None
        for process in [self.process] + self.helpers:
            if not process:
                continue
            process.send_signal(self.stop_signal
                                if process is self.process
                                else signal.SIGTERM)
            try:
                process.wait(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                continue
            if process is self.process:
                status = process.returncode
        self.process, self.helpers = None, []
        return status

    stop_signal = signal.SIGTERM

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Flask(Server):
    """gunicorn: four forked workers, a request at a time each."""
    name = "flask"
    module = "flask_app"
    n_workers = 4
    must_have = (("flask", "python3-flask"),)

    def command(self):
        return self.python.command + [
            need_program("gunicorn", "gunicorn"), "-w4", "-b",
            "127.0.0.1:%d" % self.port, "--timeout", "300",
            "flask_app:app"]


class Aiohttp(Server):
    """One process, one loop."""
    name = "aiohttp"
    module = "aiohttp_app"
    n_workers = 1
    must_have = (("aiohttp", "python3-aiohttp"),)

    def command(self):
        return self.python.command + ["aiohttp_app.py", str(self.port)]

    def workers(self):
        return [self.process.pid]

    def others(self):
        return []


class Uwsgi(Server):
    """Python embedded in another program, with threads."""
    name = "uwsgi"
    module = "wsgi_app"
    load = Ab
    n_workers = 2
    stop_signal = signal.SIGINT
    more = ["--enable-threads", "--threads", "2"]

    def command(self):
        return [need_program("uwsgi", "uwsgi-core"), "--plugin", "python3",
                "--http-socket", "127.0.0.1:%d" % self.port, "--master",
                "--processes", "2", "--wsgi-file", "wsgi_app.py",
                "--disable-logging", "--die-on-term"] + self.more


class UwsgiAlone(Uwsgi):
    """... and without: it keeps the GIL while it waits for requests."""
    name = "uwsgi-alone"
    more = []
    is_tree = False

    def others(self):
        # Its master is idle, and never lets the GIL go.
        return []

    def idle(self):
        return []


class Celery(Server):
    """Two forked workers, with redis as the broker."""
    name = "celery"
    module = "tasks"
    load = Tasks
    n_workers = 2
    must_have = (("celery", "python3-celery"), ("redis", "python3-redis"))

    def prepare(self):
        redis = need_program("redis-server", "redis-server")
        self.environment["BROKER"] = "redis://127.0.0.1:%d/0" % self.port
        self.helpers.append(self.start(
            [redis, "--port", str(self.port), "--bind", "127.0.0.1",
             "--save", "", "--appendonly", "no"], "redis.log"))

        def is_up():
            with socket.socket() as s:
                return s.connect_ex(("127.0.0.1", self.port)) == 0
        wait_until(is_up, "redis is up")

    def command(self):
        return self.python.command + [
            "-m", "celery", "-A", "tasks", "worker", "--concurrency", "2",
            "--pool", "prefork", "--loglevel", "WARNING",
            "--without-gossip", "--without-mingle"]

    def ask(self):
        load = Tasks(self)
        try:
            return load.end()
        finally:
            load.kill()


SERVERS = {each.name: each
           for each in (Flask, Aiohttp, Uwsgi, UwsgiAlone, Celery)}
