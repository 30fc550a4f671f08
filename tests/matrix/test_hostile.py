#!/usr/bin/env python3
# Hostile surroundings: filters, limits, no /proc, sanitizers and other mallocs,
# reserved address space, closed descriptors, Valgrind.  The program's own output
# and status are what they are without the shim, its leak is found or it is said
# what was not looked for, and its twin accuses nobody.
import glob
import os
import shutil

from harness import FULL, Skip, main, test
from surroundings import bare_twin, check_clean, check_leak

# Name, options of fixtures/hostile.c.
SURROUNDINGS = [
    ("nothing hostile", ""),
    ("no /proc", "-p"),
    ("RLIMIT_AS of 96 MiB", "-l AS=96M"),
    ("RLIMIT_AS of 200 MiB", "-l AS=200M"),
    ("RLIMIT_DATA of 64 MiB", "-l DATA=64M"),
    ("RLIMIT_STACK of 512 KiB", "-l STACK=512K"),
    ("RLIMIT_FSIZE of 0", "-l FSIZE=0"),
    ("5 descriptors", "-l NOFILE=5"),
    ("8 descriptors", "-l NOFILE=8"),
    ("stdin closed", "-c 0"),
    ("20 TiB reserved", "-E RESERVE=20"),
    ("no processes", "-f EPERM=clone,clone3,vfork,fork"),
    ("killed for rare system calls",
     "-f KILL=kill,process_vm_readv,pidfd_open,ptrace"),
    ("killed for prctl(2)", "-f KILL=prctl"),
    ("an old kernel", "-f ENOSYS=statx,renameat2,close_range,clone3,"
     "pidfd_open,memfd_create,process_vm_readv"),
    ("nothing new is permitted", "-f EPERM=statx,renameat2,close_range,kill,"
     "memfd_create,process_vm_readv,setpriority,prctl,shmat,shmget"),
    ("no memory more", "-f ENOMEM=mremap,madvise,shmat,memfd_create"),
]

# Of Debian: libjemalloc2, libmimalloc2.0, libtcmalloc-minimal4, libasan8.
LIBRARIES = ("libjemalloc.so.2", "libmimalloc.so.2*", "libtcmalloc_minimal.so.4",
             "libasan.so.8", "libtsan.so.2")
WITHOUT = {"libasan.so.8": "-E ASAN_OPTIONS=detect_leaks=0 "}

SAMPLE = ("no /proc", "killed for prctl(2)", "RLIMIT_AS of 96 MiB", "5 descriptors", "20 TiB reserved",
          "an old kernel", "nothing new is permitted", "libjemalloc.so.2",
          "libasan.so.8")


def is_here(python):
    return not python.by_loader and (FULL or python.minor == (3, 11))


def surrounded(name, words, wrapper="./hostile ", is_own_root=False):
    def run(python):
        if is_own_root and python.in_root:
            raise Skip("its files are another root's")
        own = bare_twin(python, words, wrapper=wrapper).own
        check_leak(python, words, own, wrapper=wrapper)
        check_clean(python, words, own, wrapper=wrapper)

    if FULL or name in SAMPLE:
        test("in: " + name, only=is_here, sample=True)(run)


def preloaded(pattern):
    found = sorted(glob.glob("/usr/lib/x86_64-linux-gnu/" + pattern))
    words = WITHOUT.get(pattern, "") + "-L " + (found or ["none"])[0]
    if found:
        surrounded(pattern, words, is_own_root=True)
    elif FULL or pattern in SAMPLE:
        @test("in: " + pattern, only=is_here, sample=True)
        def missing(python):
            raise Skip("it is not installed")


for one in SURROUNDINGS:
    surrounded(*one)
surrounded("another PID namespace's /proc", "-c 9",
           "unshare --pid --fork ./hostile ", is_own_root=True)
for one in LIBRARIES:
    preloaded(one)
if FULL and shutil.which("valgrind"):
    surrounded("Valgrind", "-c 9", "valgrind -q --log-file=/dev/null "
               "--trace-children=yes ./hostile ", is_own_root=True)
main()
