#!/usr/bin/env python3
# The ways in which interpreters start, and the depths of tracking: the leak is
# found in each, and the program's result is its own.
import glob
import os
import subprocess
import sys
import tempfile

from findings import (frames, is_unhooked, line_marks, the_one, verdict)
from harness import FIXTURES, LEAKSHIM_SO, Skip, equal, main, test
from hosts import library_of

FIXTURE = "limits.py"
LEAKED = "__main__.Leaked"
LINE = line_marks(FIXTURE)["leaked"]


def since(*minor):
    return lambda python: python.minor >= minor


def check(done, has_frames):
    equal((done.stdout, done.status), ("done\n", 7), "the program's own")
    equal(done.stderr, "", "stderr")
    finding = the_one(done.report, LEAKED)
    equal(verdict(finding), ("unreachable", "gc-disabled"), "verdict")
    equal(finding["state"], "new", "state")
    if has_frames:
        equal(frames(finding)[0], ("<module>", FIXTURE, LINE), "where")
    elif has_frames is not None:
        equal(finding["allocated"]["python"], [], "frames")
    return done


def start(name, *arguments, only=None, env=None):
    @test("starts with " + name, only=only)
    def starts(python):
        bare = python.run(*arguments, FIXTURE, env=env, bare=True)
        if bare.status != 7:
            raise Skip("it does not start so by itself")
        check(python.run(*arguments, FIXTURE, env=env),
              not is_unhooked(python))


start("nothing special")
start("PYTHONMALLOC=malloc", env={"PYTHONMALLOC": "malloc"}, only=since(3, 6))
start("PYTHONMALLOC=debug", env={"PYTHONMALLOC": "debug"}, only=since(3, 6))
start("PYTHONMALLOC=malloc_debug", env={"PYTHONMALLOC": "malloc_debug"},
      only=since(3, 6))
start("-X dev", "-X", "dev", only=since(3, 7))
start("PYTHONTRACEMALLOC=5", env={"PYTHONTRACEMALLOC": "5"},
      only=since(3, 4))
start("-X tracemalloc", "-X", "tracemalloc", only=since(3, 4))
start("-E -S", "-E", "-S")
start("-I -S", "-I", "-S", only=since(3, 4))
start("-OO", "-OO")
start("-u", "-u")
start("PYTHONHASHSEED=0", env={"PYTHONHASHSEED": "0"})
start("LC_ALL=C", env={"LC_ALL": "C"})
start("MALLOC_PERTURB_", env={"MALLOC_PERTURB_": "85"})
start("glibc's malloc checks",
      env={"GLIBC_TUNABLES": "glibc.malloc.check=3"})


@test("starts with another malloc in front of ours, and behind")
def other_malloc(python):
    found = glob.glob("/usr/lib/*/libjemalloc.so.2")
    if python.in_root or python.by_loader:
        raise Skip("its root has no jemalloc")
    if not found:
        raise Skip("libjemalloc2 is not here")
    for order in ((found[0], LEAKSHIM_SO), (LEAKSHIM_SO, found[0])):
        check(python.run(FIXTURE, env={"LEAKSHIM_SO": ":".join(order)}), True)


def track(option, has_frames, tracking):
    @test("finds the leak with " + option)
    def tracks(python):
        is_hooked = not is_unhooked(python)
        done = check(python.run(FIXTURE, options=option),
                     has_frames and is_hooked)
        equal(done.report["coverage"]["tracking"],
              tracking if is_hooked else "none", "tracking")


track("track=all", True, "all")
track("track=gc", True, "gc")
track("track=sample=1", True, "sample")
track("track=sample=1000000", None, "sample")
track("track=none", False, "none")
track("backtrace=0", False, "all")
track("backtrace=1", True, "all")
track("backtrace=255", True, "all")
track("isolate=0", True, "all")
track("reachability=0", True, "all")
track("max_table=64k", None, "sample")


TRACEMALLOC = """\
import gc, tracemalloc
gc.disable()
tracemalloc.start()
kept = [[] for _ in range(100)]
tracemalloc.stop()
gc.collect()
tracemalloc.start(3)
class Leaked(object): pass
leaked = Leaked(); leaked.itself = leaked; del leaked
print("done")
raise SystemExit(7)
"""


@test("max_table= that is reached is said, one that is not is not")
def table(python):
    if is_unhooked(python):
        raise Skip("no table")
    for limit, reached in (("64k", True), ("1G", False)):
        done = python.run(FIXTURE, options="max_table=" + limit)
        why = [each["why"] for each in done.report["coverage"]["missed"]]
        equal(any("max_table" in each for each in why), reached, limit)


@test("tracemalloc that the program starts and stops", only=since(3, 4))
def tracemalloc(python):
    # 3.15 tells a reference tracer, without an object, that it is replaced.
    check(python.run("-c", TRACEMALLOC), None)


@test("backtrace= is how many frames there are at most")
def depth(python):
    if is_unhooked(python):
        raise Skip("no frames")
    program = ("def down(n):\n"
               "    if n: return down(n - 1)\n"
               "    a = []; a.append(a)\n"
               "import gc; gc.disable(); down(100)\n")
    for option, wanted in (("backtrace=1", 1), ("backtrace=7", 7),
                           ("backtrace=32", 32), ("backtrace=255", 102)):
        done = python.run("-c", program, options=option)
        finding = the_one(done.report, "list")
        equal(len(finding["allocated"]["python"]), wanted, option)


# ---- embedded ----

_built = {}


def build(library=None):
    if library not in _built:
        folder = tempfile.mkdtemp(prefix="leakshim-test-")
        exe = os.path.join(folder, "embed")
        command = os.environ.get("CC", "cc").split() + [
            "-o", exe, os.path.join(FIXTURES, "embed.c")]
        if library:
            command += ["-DLINKED", library,
                        "-Wl,-rpath," + os.path.dirname(library)]
        subprocess.run(command + ["-ldl"], check=True)
        _built[library] = exe
    return _built[library]


def embedded(exe, arguments, prefix, folder, shim):
    environment = dict(os.environ, PYTHONHOME=prefix)
    if shim:
        environment.update(
            LD_PRELOAD=LEAKSHIM_SO, LEAKSHIM_OPTIONS="format=json:log_path="
            + os.path.join(folder, "report.json"))
    return subprocess.run([exe] + arguments, env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True)


def check_embedded(python, is_late):
    import json
    library, prefix = library_of(python)
    program = ("import gc; gc.disable()\n"
               "class Leaked(object): pass\n"
               "leaked = Leaked(); leaked.itself = leaked; del leaked\n")
    exe = build(None if is_late else library)
    arguments = ([library] if is_late else []) + [program]
    with tempfile.TemporaryDirectory() as folder:
        bare = embedded(exe, arguments, prefix, folder, False)
        shim = embedded(exe, arguments, prefix, folder, True)
        equal((bare.stdout, bare.returncode), ("finalized\n", 5), "bare")
        equal((shim.stdout, shim.stderr, shim.returncode),
              (bare.stdout, bare.stderr, bare.returncode), "result")
        with open(os.path.join(folder, "report.json"),
                  encoding="utf-8") as f:
            report = json.load(f)
    finding = the_one(report, LEAKED)
    equal(verdict(finding), ("unreachable", "gc-disabled"), "verdict")
    if python.major > 2:
        equal(frames(finding)[0], ("<module>", "<string>", 3), "where")


@test("embedded: a program linked against libpython")
def linked(python):
    check_embedded(python, False)


@test("embedded: a libpython that comes late and locally")
def late(python):
    check_embedded(python, True)


@test("what start-up loses is not the program's, sampled or not")
def startup_is_told_apart(python):
    for track in ["all"] + ["sample=%d" % n for n in (256, 1024, 4096, 4097)]:
        report = python.run("-c", "pass", options="track=" + track).report
        equal([(f["kind"], f["reason"], f["types"]) for f in
               report["findings"] if f["state"] == "new"], [], track)


try:
    main()
finally:
    for exe in _built.values():
        os.remove(exe)
        os.rmdir(os.path.dirname(exe))
    sys.stdout.flush()
