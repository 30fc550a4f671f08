#!/usr/bin/env python3
# A process that waits and keeps the GIL, as an idle uWSGI does: the command says
# so at once, and goes on when it is given back.
import os
import subprocess

import harness
import waiting
from harness import equal, main, test

IDLE = """
import ctypes, os, struct
poll = ctypes.PyDLL(None).poll  # PyDLL: the GIL is kept
pollfd = ctypes.create_string_buffer(struct.pack("ihh", 0, 1, 0))
os.write(1, b"ready\\n")
poll(pollfd, 1, -1)
os.read(0, 1)
"""

ORDINARY = """
import os
os.write(1, b"ready\\n")
os.read(0, 1)
"""


class Command:
    """check or attach, while the program waits."""

    def __init__(self, program, *arguments):
        self.process = subprocess.Popen(
            [harness.LEAKSHIM, "attach", *arguments,
             str(program.process.pid)], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, encoding="utf-8",
            env=dict(os.environ, LEAKSHIM_LIBRARY=harness.LEAKSHIM_SO))

    def end(self):
        out, err = self.process.communicate(timeout=300)
        return self.process.returncode, err


@test("attach says at once that the GIL is kept, and waits", sample=True)
def idle(python):
    with waiting.Waiting(python, IDLE) as program:
        command = Command(program, "--timeout=120")
        said = command.process.stderr.readline()
        assert "waiting for the GIL" in said, said
        program.process.stdin.write(b"\n")
        program.process.stdin.flush()
        status, err = command.end()
        assert status in (0, 3), (status, err)


@test("... and nothing where it is given back", sample=True)
def ordinary(python):
    with waiting.Waiting(python, ORDINARY) as program:
        status, err = Command(program, "--timeout=120").end()
        equal((status, "waiting for" in err), (0, False), err)


main()
