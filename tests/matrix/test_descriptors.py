#!/usr/bin/env python3
# No descriptor of ours, or of libunwind, takes the number of a standard stream
# that is closed, and none is used once the program has another under its number.
from harness import equal, main, test
from surroundings import hostile


def run(python, words, options, bare=False):
    environment = {"PY_WRAPPER": "./hostile " + words}
    return python.run("descriptors.py", options=options, format="", bare=bare,
                      files={"hostile": hostile()}, env=environment)


def standard(name, words):
    @test("closed: " + name, only=lambda p: not p.by_loader)
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
main()
