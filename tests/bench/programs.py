# The benchmark programs: python programs.py NAME prints the seconds of CPU that
# the work took, without start-up and end, and the peak of resident memory.
#
# Each runs below ten frames of its own, as programs do.  No randomness, no
# input, and the same amount of work on every version.
from __future__ import print_function

import json
import pickle
import re
import resource
import sys
import time

try:
    clock = time.process_time
except AttributeError:
    clock = time.clock

programs = {}


def a_program(function):
    programs[function.__name__] = function
    return function


@a_program
def json_round_trips():
    """Allocation-heavy: many small dicts, lists, strings."""
    document = {"rows": [{"id": i, "name": "row %d" % i, "tags": ["a", "b"],
                          "at": [i * 0.5, None, True]} for i in range(40)]}
    for _ in range(400):
        json.loads(json.dumps(document))


class Node(object):
    def __init__(self, depth):
        self.children = [Node(depth - 1) for _ in range(3)] if depth else []
        self.depth = depth


@a_program
def tree_of_instances():
    for _ in range(6):
        Node(8)


@a_program
def pickled_records():
    records = [(i, str(i), {"key": i}) for i in range(300)]
    for _ in range(600):
        pickle.loads(pickle.dumps(records, 2))


@a_program
def regular_expressions():
    pattern = re.compile(r"(\w+)=(\d+)")
    text = " ".join("key%d=%d" % (i, i * 7) for i in range(200))
    for _ in range(600):
        for match in pattern.finditer(text):
            match.groups()
        pattern.sub(r"\2=\1", text)


@a_program
def strings():
    for i in range(60000):
        " ".join(sorted(("%d,%s,foo" % (i, i * 2)).split(",")))


@a_program
def generators():
    for _ in range(40):
        for _ in (str(i) for i in range(10000)):
            pass


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


@a_program
def fib_without_allocations():
    fib(27)


def below(depth, function):
    if depth:
        below(depth - 1, function)
    else:
        function()


if __name__ == "__main__":
    start = clock()
    below(10, programs[sys.argv[1]])
    print(clock() - start,
          resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
