#!/usr/bin/env python3
# malloc(3) takes no lock of the loader: somebody may hold it and wait for us.
import planted
from harness import equal, main, test

PROGRAM = """
import loader, time
try: from _thread import start_new_thread
except ImportError: from thread import start_new_thread
start_new_thread(loader.allocate, ())
time.sleep(0.1)
print(loader.wait_inside())
"""


@test("a thread may allocate while another holds the loader's lock")
def allocate(python):
    done = python.run("program.py", 
                      files=dict(planted.files(python, "loader"),
                                 **{"program.py": PROGRAM}))
    equal((done.stdout, done.status), ("1\n", 0), "it came to its end")


COLLECTS = """
import loader
try: from _thread import start_new_thread
except ImportError: from thread import start_new_thread
start_new_thread(loader.want_gil_inside, ())
print(loader.collect())
"""


@test("a collection takes no lock of the loader, whose holder wants the GIL")
def collects(python):
    done = python.run("program.py", timeout=300,
                      files=dict(planted.files(python, "loader"),
                                 **{"program.py": COLLECTS}))
    equal((done.stdout, done.status), ("1\n", 0), "it came to its end")


main()
