"""Programs in C that embed the interpreter at hand: how they are built and run."""

import atexit
import json
import os
import re
import shutil
import subprocess
import tempfile

from harness import FIXTURES, LEAKSHIM_SO, TOP, Skip

_built = {}
_folder = tempfile.mkdtemp(prefix="leakshim-test-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)


def library_of(python):
    """(libpython, prefix); Skip where there is no shared one."""
    if python.in_root or python.by_loader:
        raise Skip("its files are another root's")
    ask = ("import sys, sysconfig as s; v = s.get_config_var; "
           "print('%s\\n%s\\n%s' % (v('LIBDIR'), v('INSTSONAME'), sys.prefix))")
    done = subprocess.run(python.command + ["-c", ask], check=True,
                          stdout=subprocess.PIPE, universal_newlines=True)
    folder, name, prefix = done.stdout.split("\n")[:3]
    for place in (folder, os.path.join(folder, "x86_64-linux-gnu")):
        path = os.path.join(place, name)
        if os.path.exists(path) and ".so" in name:
            return path, prefix
    raise Skip("it has no shared libpython")


def build(python, fixture):
    """The fixture, linked against the interpreter's libpython: (exe, prefix)."""
    library, prefix = library_of(python)
    key = fixture, library
    if key not in _built:
        exe = os.path.join(_folder, "%s-%d" % (fixture[:-2], len(_built)))
        subprocess.run(
            os.environ.get("CC", "cc").split() +
            ["-g", "-O1", "-I" + os.path.join(TOP, "src"), "-o", exe,
             os.path.join(FIXTURES, fixture), library,
             "-Wl,-rpath," + os.path.dirname(library), "-ldl", "-lpthread"],
            check=True)
        _built[key] = exe
    return _built[key], prefix


class Host:
    """What one run did.  reports: of its lives, the first one first."""

    def __init__(self, done, reports):
        self.status = done.returncode
        self.stdout = done.stdout
        self.stderr = done.stderr
        self.reports = reports


def _number(name):
    return [int(n) for n in re.findall(r"\.(\d+)", name)]


def run(python, fixture, *arguments, options="", shim=True, timeout=120):
    exe, prefix = build(python, fixture)
    environment = dict(os.environ, PYTHONHOME=prefix,
                       PYTHONDONTWRITEBYTECODE="1")
    environment.pop("LEAKSHIM_OPTIONS", None)
    with tempfile.TemporaryDirectory(dir=_folder) as folder:
        if shim:
            environment["LD_PRELOAD"] = LEAKSHIM_SO
            environment["LEAKSHIM_OPTIONS"] = "format=json:log_path=%s:%s" % (
                os.path.join(folder, "report.json"), options)
        done = subprocess.run(
            [exe] + [str(a) for a in arguments], env=environment, cwd=folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, universal_newlines=True, timeout=timeout)
        reports = []
        for name in sorted(os.listdir(folder), key=_number):
            if name.startswith("report.json"):
                with open(os.path.join(folder, name), encoding="utf-8") as f:
                    reports.append(json.load(f))
    return Host(done, reports)
