#!/usr/bin/env python3
# A version that has no row in src/python/versions.c, such as the one after the
# newest, is declined, by one line where that is asked for, and its program is
# left alone.
import os
import re
import shlex
import subprocess

import harness
from findings import the_one
from harness import FIXTURES, LEAKSHIM_SO, TOP, Skip, equal, main, test

FIXTURE = "limits.py"
LEAKED = "__main__.Leaked"
_built = []
_is_shared = {}


def other_version():
    if not _built:
        library = os.path.join(harness._scratch, "otherversion.so")
        subprocess.run(shlex.split(os.environ.get("CC", "cc")) +
                       ["-shared", "-fPIC", "-o", library,
                        os.path.join(FIXTURES, "otherversion.c"), "-ldl"],
                       check=True)
        _built.append(library)
    return _built[0]


def known():
    with open(os.path.join(TOP, "src", "python", "versions.c"),
              encoding="utf-8") as f:
        return [(int(major), int(minor)) for major, minor in
                re.findall(r"PYTHON\((\d+), (\d+)\)", f.read())]


def is_here(python):
    return not python.in_root and not python.by_loader


def is_shared(python):
    if python.name not in _is_shared:
        maps = python.run("-c", "print(open('/proc/self/maps').read())",
                          bare=True)
        _is_shared[python.name] = "/libpython" in maps.stdout
    return _is_shared[python.name]


def run(python, version, options=""):
    if not is_shared(python):
        raise Skip("a function of its executable comes before any library's")
    environment = {"LEAKSHIM_SO": other_version() + ":" + LEAKSHIM_SO}
    if version:
        environment["OTHER_VERSION"] = version
    done = python.run(FIXTURE, env=environment, options=options)
    equal((done.stdout, done.status), ("done\n", 7), "the program's own")
    return done


def declines(python, version):
    full = version + " (main, Oct  7 2027, 10:11:12) [GCC 14.2.0]"
    silent = run(python, full)
    equal((silent.stderr, silent.reports), ("", []), "unless it is asked")
    done = run(python, full, "verbosity=1")
    first, last = known()[1], known()[-1]
    equal(done.stderr,
          "leakshim: not watched: only CPython 2.7 and %d.%d to %d.%d are "
          "supported, and this is %s\n" % (first + last + (version,)),
          "stderr")
    equal(done.reports, [], "reports")


@test("declines the version after the newest", only=is_here)
def after_the_newest(python):
    major, minor = max(known())
    declines(python, "%d.%d.0a1" % (major, minor + 1))


@test("declines a version before the oldest, and one between",
      only=is_here)
def before(python):
    declines(python, "2.6.9")
    declines(python, "3.5.10")


@test("takes the version that it knows, asked in the same way",
      only=is_here)
def its_own(python):
    done = run(python, None)
    equal(done.stderr, "", "stderr")
    the_one(done.report, LEAKED)


if __name__ == "__main__":
    main()
