#!/usr/bin/env python3
# Each system call of ours fails, or ends whoever makes it: the program is
# unharmed, nothing on disk changes but the report, and the leak is found or it
# is said that it was not looked for.
import os
import shutil
import stat
import subprocess
import tempfile

from harness import FIXTURES, FULL, LEAKSHIM_SO, Skip, equal, main, test
from surroundings import (FIXTURE, bare_twin, check_clean, check_leak, hostile)

CALLS = """
    accept4 access clock_gettime clock_nanosleep clone clone3 close close_range
    connect dup dup2 dup3 execve exit_group faccessat fcntl flock fork fstat
    futex getcwd getdents64 getpid getppid getrandom getrlimit gettid ioctl kill
    lseek lstat madvise memfd_create mincore mmap mprotect mremap munmap
    nanosleep newfstatat open openat pidfd_getfd pidfd_open pipe pipe2 poll
    ppoll prctl pread64 prlimit64 process_vm_readv ptrace read readlink
    readlinkat readv recvmsg rename renameat2 rt_sigaction rt_sigprocmask
    sched_yield sendmsg setpriority setrlimit shmat shmctl shmdt shmget
    sigaltstack socketpair stat statx sysinfo tgkill uname unlink unlinkat vfork
    wait4 waitid write writev
""".split()
ERRORS = ("ENOSYS", "EPERM", "EACCES", "ENOMEM")
HOWS = ERRORS + ("KILL",)

# What a filter permits can be learnt by trying only, and there is no other way
# to have a copy of the process, to know when it has ended, to know whether
# this is one (vfork), and to read what may not be there: libleakshim(7).
FATAL = {("KILL", call)
         for call in ("clone", "getpid", "rt_sigprocmask", "wait4")}


# What the library asks for and Python does not, or what decides what it does.
SAMPLE = """
    clone close_range getppid gettid ioctl kill madvise memfd_create mprotect
    newfstatat pipe2 prctl pread64 prlimit64 process_vm_readv readlink readlinkat
    rename renameat2 rt_sigaction setpriority shmat statx unlink uname vfork
    waitid writev
""".split()


def wanted(call, how):
    """Without LEAKSHIM_TESTS=full some calls once, each in one of the ways."""
    if FULL:
        return True
    return call in SAMPLE and HOWS[SAMPLE.index(call) % len(HOWS)] == how


def is_sample(python):
    return FULL or python.minor == (3, 11)


# ---- where reports go ----

def device(folder):
    path = os.path.join(folder, "target")
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    except PermissionError:
        os.symlink("/dev/null", path)


def pipe(folder):
    path = os.path.join(folder, "target")
    os.mkfifo(path)
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK)


def write_precious(folder):
    path = os.path.join(folder, "precious")
    with open(path, "w") as f:
        f.write("precious")
    os.utime(path, (0, 0))  # written by nobody of this run
    return path


def link(folder):
    write_precious(folder)
    os.symlink("precious", os.path.join(folder, "target"))


def others(folder):
    """Another name of somebody else's file."""
    path = write_precious(folder)
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    os.link(path, os.path.join(folder, "target"))


TARGETS = (device, pipe, link, others)


def state_of(folder):
    found = {}
    for name in os.listdir(folder):
        s = os.lstat(os.path.join(folder, name))
        found[name] = (stat.S_IFMT(s.st_mode), s.st_rdev)
        if name == "precious":
            with open(os.path.join(folder, name)) as f:
                found[name] += (f.read(),)
    return found


def run_at_target(python, words, make):
    """surrounded.py with log_path=target; what changed in its directory."""
    folder = tempfile.mkdtemp(prefix="leakshim-test-")
    try:
        with open(os.path.join(folder, "hostile"), "wb") as f:
            f.write(hostile())
        os.chmod(f.name, 0o755)
        shutil.copy(os.path.join(FIXTURES, FIXTURE), folder)
        reader = make(folder)
        before = state_of(folder)
        done = subprocess.run(
            ["env", "LD_PRELOAD=" + LEAKSHIM_SO,
             "LEAKSHIM_OPTIONS=log_path=target", "./hostile"] +
            words.split() + python.command + ["-B", FIXTURE, "leak"],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            universal_newlines=True, timeout=120)
        after = state_of(folder)
        if reader is not None:
            os.close(reader)
    finally:
        shutil.rmtree(folder)
    return done, before, after


def check_target(python, words, make):
    done, before, after = run_at_target(python, words, make)
    equal((done.stdout, done.returncode), ("out\n", 3), "its own result")
    changed = {name for name in set(before) | set(after)
               if before.get(name) != after.get(name)}
    if make in (link, others):
        changed.discard("target")
        assert after["target"][0] in (stat.S_IFREG, before["target"][0])
    equal(changed, set(), "what changed on disk with log_path=%s" %
          make.__name__)


# ---- the tests ----

def refused(how, call):
    words = "-f %s=%s" % (how, call)

    def run(python):
        own = bare_twin(python, words).own
        check_leak(python, words, own)
        if FULL:
            check_clean(python, words, own)
        makers = TARGETS if FULL else (
            TARGETS[CALLS.index(call) % len(TARGETS)],)
        for make in makers:
            if not python.in_root and not python.by_loader:
                check_target(python, words, make)

    if (how, call) not in FATAL and wanted(call, how):
        test("%s for %s" % (how, call), only=is_sample, sample=True)(run)


@test("targets of every kind, nothing refused", only=is_sample, sample=True)
def targets(python):
    if python.in_root or python.by_loader:
        raise Skip("its files are another root's")
    for make in TARGETS:
        check_target(python, "", make)


for one in CALLS:
    for error in HOWS:
        refused(error, one)
main()
