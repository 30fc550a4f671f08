#!/usr/bin/env python3
# What goes wrong around the shim: one clear line, and the program's own output
# and status as ever.
import os

from findings import the_one, verdict
from harness import Skip, equal, main, test

FIXTURE = "limits.py"
OWN = ("done\n", 7)
LEAKED = "__main__.Leaked"


def run(python, *ways, options="", **more):
    """The fixture under the shim; its own result is what it is bare."""
    done = python.run(FIXTURE, *ways, options=options, **more)
    equal((done.stdout, done.status), OWN, "the program's own result")
    return done


def one_line(done, *words):
    """stderr is one line of ours with all these words."""
    equal(done.stderr.count("\n"), 1, "lines on stderr")
    for word in ("leakshim: ",) + words:
        assert word in done.stderr, "no %r in %r" % (word, done.stderr)


def has_report(done):
    finding = the_one(done.report, LEAKED)
    equal(verdict(finding), ("unreachable", "gc-disabled"), "verdict")


@test("nothing wrong, nothing said")
def nothing(python):
    done = run(python)
    equal(done.stderr, "", "stderr")
    has_report(done)


@test("an option that is none")
def bad_option(python):
    for option, words in (
            ("exitcod=1", ("exitcod", "exitcode")),
            ("timeout=soon", ("timeout", "soon")),
            ("format=yaml", ("format", "yaml", "json")),
            ("backtrace=1000", ("backtrace", "1000", "255"))):
        done = run(python, options=option)
        one_line(done, *words)
        has_report(done)


@test("a log_path that cannot be written", sample=True)
def unwritable(python):
    files = {"folder/file": ""}
    for path, words in (("missing/report", ("no such directory",)),
                        ("folder/file/report", ("is not a directory",)),
                        ("folder", ("it is a directory",)),
                        ("x" * 300, ("the name is too long",)),
                        ("/dev/full", ("no space left",))):
        done = run(python, options="log_path=" + path, format="",
                   files=files)
        one_line(done, "cannot write", "log_path=FILE", *words)
        left = sorted(os.listdir(done.folder))
        equal(left, ["folder", FIXTURE], "files that are left")
        equal(done.read("folder/file"), "", "a file in the way")


@test("a limit on the size of files")
def file_size(python):
    done = run(python, "file_size")
    one_line(done, "cannot write", "RLIMIT_FSIZE")
    assert "report.json" not in os.listdir(done.folder)


@test("no more descriptors", sample=True)
def descriptors(python):
    one_line(run(python, "descriptors"), "too many open files")


def fault(name, *words, timeout=60):
    @test("an analysis that meets " + name)
    def meets(python):
        done = run(python, env={"LEAKSHIM_TEST_FAULT": name},
                   options="timeout=%d" % timeout)
        one_line(done, "no report", *words)
        # Whoever reads the files alone learns of it, too.
        report = done.report
        equal(report["findings"], [], "findings")
        row = [m for m in report["coverage"]["missed"]
               if m["what"] == "analysis"][0]
        assert row["asked"] and all(word in row["why"] for word in words), row


fault("segv", "signal 11", "not affected")
fault("kill", "signal 9", "out of memory", "raise the memory limit")
fault("hang", "1 s", "timeout=", timeout=1)


@test("RLIMIT_NPROC of 0")
def no_processes(python):
    if os.getuid() != 0:
        raise Skip("only root can leave a limit of its user behind")
    # The user that it becomes may not write here: to stderr.
    done = run(python, "processes", format="")
    one_line(done, "no report", "RLIMIT_NPROC", "isolate=0")
    done = run(python, "processes", format="", options="isolate=0")
    assert "UNREACHABLE 1 cycle" in done.stderr, "isolate=0 needs none"


@test("RLIMIT_AS that leaves no room for the analysis")
def no_memory(python):
    done = run(python, "all_objects", "memory", format="")
    one_line(done, "no report", "no memory", "RLIMIT_AS")
    done = run(python, "all_objects", "memory")
    one_line(done, "no report", "no memory")
    # A file that says so, where there is memory for its text.
    for report in done.reports:
        equal(report["findings"], [], "findings")
        missed = {each["what"] for each in report["coverage"]["missed"]}
        assert "analysis" in missed, missed


@test("RLIMIT_AS of 0")
def no_memory_at_all(python):
    one_line(run(python, "all_memory"), "no report", "no memory")


@test("soft limits of the program are not the analysis's")
def soft_limits(python):
    done = run(python, "soft_limits")
    equal(done.stderr, "", "stderr")
    has_report(done)


@test("RLIMIT_AS from the start", sample=True)
def little_memory(python):
    if python.in_root or python.by_loader:
        raise Skip("the limit would hit what starts it in its root")
    # The interpreter needs some 30 MB; the shim has to make do with what
    # is left, or to stand aside.
    for kilobytes in (60000, 100000, 200000, 400000):
        command = ["-c", "import os, sys\nos.execvp('sh', ['sh', '-c', "
                   "'ulimit -v %d; exec \"$@\"', 'sh', sys.executable, "
                   "%r])" % (kilobytes, FIXTURE)]
        bare = python.run(*command, fixtures=[FIXTURE], bare=True)
        shim = python.run(*command, fixtures=[FIXTURE])
        equal((shim.stdout, shim.status), (bare.stdout, bare.status),
              "the result in %d KiB" % kilobytes)


@test("stderr that is closed, or another file by then")
def stderr(python):
    for way in ("close_stderr", "replace_stderr"):
        done = run(python, way, format="")
        equal(done.stderr, "", "stderr")
        if way == "replace_stderr":
            equal(done.read("other"), "", "what the program put in its place")
        has_report(run(python, way))


main()
