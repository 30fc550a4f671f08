"""Build extensions of tests/fixtures, planted.c and others, for an interpreter.

One library serves every Python 3 (the stable ABI); 2.7 has its own.
"""

import glob
import os
import shlex
import subprocess
import sysconfig

import harness

_built = {}


def _headers_3():
    """Of any Python 3 at all."""
    yield sysconfig.get_paths()["include"]
    yield from glob.glob("/usr/include/python3.*")
    root = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    yield from glob.glob(os.path.join(root, "versions", "3.*", "include",
                                      "python3*"))


def _headers_27():
    yield "/usr/include/python2.7"
    root = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    yield from glob.glob(os.path.join(root, "versions", "2.7*", "include",
                                      "python2.7"))


def _build(name, folders, flags):
    for folder in folders:
        if os.path.exists(os.path.join(folder, "Python.h")):
            break
    else:
        raise harness.Skip("no Python.h to build an extension with")
    to = os.path.join(harness._scratch, "%s%d.so" % (name, len(_built)))
    # -g: reports may name lines; -fno-omit...: and find the caller.
    subprocess.run(
        shlex.split(os.environ.get("CC", "cc")) +
        ["-shared", "-fPIC", "-g", "-O1", "-I" + folder,
         "-I" + os.path.join(harness.TOP, "src"), "-o", to] + flags +
        [os.path.join(harness.FIXTURES, name + ".c")], check=True)
    with open(to, "rb") as f:
        return f.read()


def files(python, name="planted"):
    """For Python.run(files=...): the library under its name."""
    key = name, python.major
    if key not in _built:
        _built[key] = (
            _build(name, _headers_27(), ["-DPLANTED_27", "-D%s_27" % name.upper()])
            if python.major == 2 else _build(name, _headers_3(), []))
    return {name + (".so" if python.major == 2 else ".abi3.so"): _built[key]}
