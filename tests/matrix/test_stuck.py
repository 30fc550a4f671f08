#!/usr/bin/env python3
# Nobody reads the pipe that the report goes to: the program ends all the same,
# also where a filter may be that kills for kill(2).
from harness import equal, main, test
from surroundings import hostile

PROGRAM = """
import gc, os
gc.disable()
os.mkfifo("pipe")
fd = os.open("pipe", os.O_RDWR | os.O_NONBLOCK)
try:
    while True:
        os.write(fd, b"x" * 4096)
except OSError:
    pass
class Lost(object): pass
lost = Lost(); lost.itself = lost; del lost
print("ends")
"""


def stuck(name, words):
    @test("a pipe that nobody reads, with " + name,
          only=lambda p: not p.by_loader, sample=True)
    def run(python):
        done = python.run("stuck.py", format="",
                          options="timeout=2:log_path=pipe",
                          files={"stuck.py": PROGRAM, "hostile": hostile()},
                          env={"PY_WRAPPER": "./hostile " + words})
        equal((done.stdout, done.status), ("ends\n", 0), "the program's own")
        assert "did not finish in 2 s" in done.stderr, done.stderr


stuck("no filter", "")
stuck("a filter", "-f EACCES=uname")
main()
