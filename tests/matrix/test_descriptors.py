#!/usr/bin/env python3
# No descriptor of ours, or of libunwind, takes the number of a standard stream
# that is closed, and none is used once the program has another under its number.
import os
import subprocess
import tempfile

from harness import FIXTURES, LEAKSHIM, Skip, equal, main, test
from surroundings import hostile


def run(python, words, options, bare=False):
    environment = {"PY_WRAPPER": "./hostile " + words}
    return python.run("descriptors.py", options=options, format="", bare=bare,
                      files={"hostile": hostile()}, env=environment)


def standard(name, words):
    @test("closed: " + name, only=lambda p: not p.by_loader, sample=True)
    def closed(python):
        bare = run(python, words, "", bare=True)
        for options in ("log_path=r.txt", "log_path=r.txt:native=16",
                        "log_path=r.txt:native=16:track=gc:check_every=1"):
            done = run(python, words, options)
            equal((done.stdout, done.stderr, done.status),
                  (bare.stdout, bare.stderr, bare.status), options)


standard("no stream", "")
standard("stdin", "-c 0")
standard("stdin and stderr", "-c 0 -c 2")


@test("closed, and attached to", only=lambda p: p.major > 2, sample=True)
def attached(python):
    if python.in_root or python.by_loader:
        raise Skip("its files are another root's")
    with tempfile.TemporaryDirectory() as folder:
        target = subprocess.Popen(
            python.command + [os.path.join(FIXTURES, "watching.py")],
            cwd=folder, stdout=subprocess.PIPE, universal_newlines=True)
        try:
            equal(target.stdout.readline(), "ready\n", "its first line")
            for verb in ("attach", "check", "detach"):
                done = subprocess.run([LEAKSHIM, verb, str(target.pid)],
                                      stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE)
                if done.returncode == 3 and verb == "attach":
                    raise Skip(done.stderr.decode().strip())
        finally:
            open(os.path.join(folder, "stop"), "w").close()
            rest, _ = target.communicate()
        equal(rest, "seen: []\n", "under the numbers of closed streams")


main()
