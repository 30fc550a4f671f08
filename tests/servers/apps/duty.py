"""What each request or task of the servers under test does.

Its answer is always the same, so that load generators notice a wrong one.  A
file "order" of the work folder, with a number and a word ("leak" or "clean"),
makes each process plant leaks once, on its next request, or do the same things
as they should be done; "done.PID.NUMBER" says that it has.
"""

import binascii
import collections
import datetime
import decimal
import functools
import gc
import json
import os
import re
import threading

import _testcapi
import planted

# Old words in memory hide some; and of what threads may have in registers,
# nobody is accused.
N = 200
_lock = threading.Lock()
_done = ""


_reborn = []


# ---- planted ----

class Lost:
    pass


class Owner:
    pass


@_testcapi.with_tp_del
class Legacy:
    def __tp_del__(self):
        pass


class Reborn:
    def __del__(self):
        _reborn.append(self)


class Frozen:
    pass


class Kept:
    pass


_kept = []


def lose_references(way):
    function = getattr(planted, way + "_argument")
    for _ in range(N):
        function(Lost())  # line: lost


def lose_memory(way):
    getattr(planted, way + "_memory")(N)  # line: memory


def hide_cycles(way):
    make = planted.NoGC if way == "leak" else planted.Clean
    for _ in range(N):
        owner, pair = Owner(), make()  # line: hidden
        owner.pair, pair.second = pair, owner


def finalize_late(way):
    make = Legacy if way == "leak" else Owner
    for _ in range(N):
        node = make()  # line: legacy
        node.itself = node


def revive(way):
    make = Reborn if way == "leak" else Owner
    for _ in range(N):
        make()  # line: reborn


def freeze(way):
    gc.disable()
    for _ in range(N):
        node = Frozen()  # line: frozen
        node.itself = node
    if way == "leak":
        gc.freeze()
    gc.enable()


def keep(way):
    if way == "clean":
        del _kept[:]  # others take their place
    for _ in range(N):
        _kept.append(Kept())  # line: kept


def plant(way):
    for function in (freeze, lose_references, lose_memory, hide_cycles,
                     finalize_late, revive, keep):
        function(way)


def obey():
    """One order, once in each process."""
    global _done
    try:
        with open("order", encoding="ascii") as f:
            number, way = f.read().split()
    except (OSError, ValueError):
        return
    with _lock:
        if number == _done:
            return
        _done = number
        plant(way)
        with open("done.%d.%s" % (os.getpid(), number), "wb"):
            pass


# ---- work ----

Point = collections.namedtuple("Point", "x y")
_words = re.compile(r"\w+")


@functools.lru_cache(maxsize=16)
def cached(n):
    return [str(n)] * n


class Tree:
    def __init__(self, depth, parent=None):
        self.parent = parent  # a cycle with what follows
        self.children = [Tree(depth - 1, self) for _ in range(2)
                         if depth]

    def size(self):
        return 1 + sum(child.size() for child in self.children)


def numbers(n):
    for i in range(n):
        yield decimal.Decimal(i) / 7


def attempt(n):
    try:
        return {}[n]
    except KeyError as error:
        return repr(error)


def work():
    """Objects of many types, made and thrown away; a text of ten letters."""
    table = {"key %d" % i: [i, float(i), str(i), (i, None)]
             for i in range(40)}
    text = json.dumps(table, sort_keys=True)
    parts = [
        len(json.loads(text)),
        sum(len(w) for w in _words.findall(text)),
        str(sum(numbers(12))),
        Tree(3).size(),
        [attempt(i) for i in range(3)],
        [Point(i, i * i)._replace(x=0) for i in range(5)],
        len(cached(len(text) % 20)),
        datetime.date(2026, 1, 1).isoformat(),
        sorted(set(text))[:5],
        bytes(bytearray(text.encode("ascii"))[:100]).hex(),
        (lambda n: [lambda: n for _ in range(n)])(3)[2](),
    ]
    return "ok%08x" % (binascii.crc32(repr(parts).encode()) & 0xffffffff)


def serve():
    obey()
    return work()


EXPECTED = work()
