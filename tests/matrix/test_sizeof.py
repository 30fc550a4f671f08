#!/usr/bin/env python3
# The size of an object of each type is what sys.getsizeof() says of it; where
# it is not, the difference is known, and why.
import collections
import json

from harness import main, test

BYTES = 33  # sys.getsizeof(b"")

# {type: (first version, last version, is the difference right?)} of what
# sys.getsizeof() says less what leakshim says.
KNOWN = {
    # The bytes object that it fills is an object of its own.
    "_io.BytesIO": ((3, 6), (3, 99), lambda more: more >= BYTES),
    "builtins.bytearray": ((3, 15), (3, 99), lambda more: more >= BYTES),
    # The table of what was pickled; the buffer is a bytes object.
    "_pickle.Pickler": ((3, 6), (3, 99), lambda more: more > 0),
    "_pickle.Unpickler": ((3, 6), (3, 99), lambda more: more > 0),
    # What ctypes knows of a class: strings and tables of libffi.
    "builtins.StgDict": ((3, 6), (3, 12), lambda more: 0 < more < 1000),
    "_ctypes.StgDict": ((3, 6), (3, 12), lambda more: 0 < more < 1000),
    # The ring of its items.
    "_queue.SimpleQueue": ((3, 15), (3, 99), lambda more: more == 64),
}


def is_known(python, name, more, metaclasses):
    first, last, is_right = KNOWN.get(name, ((9, 9), (9, 9), None))
    if first <= python.minor <= last:
        return is_right(more)
    if name in metaclasses or name in ("builtins.type", "__builtin__.type"):
        # What 2.7 says of all of them is right for those that are not static.
        if python.minor == (2, 7):
            return more == 480
        # A static type has no collector's header, but two versions count one.
        if more == 16 and python.minor in ((3, 11), (3, 12)):
            return True
        # ctypes counts what it knows of a class, but not the shared keys.
        return python.minor >= (3, 13) and name != "builtins.type"
    return False


@test("the size of every type's objects", sample=True)
def every_type(python):
    run = python.run("all_types.py", options="kinds=none", timeout=300,
                     env={"LEAKSHIM_TEST_SIZES": "sizes.list"})
    assert run.status == 0, "the program failed"
    told = json.loads(run.read("sizes.json"))
    found = [int(line) for line in run.read("sizes.list.found").split()]
    assert len(found) == len(told["sizes"]), (len(found), len(told["sizes"]))
    names = {name for name, _ in told["sizes"]}
    assert len(names) > 300, "only %d types" % len(names)
    wrong = collections.defaultdict(list)
    for (name, size), ours in zip(told["sizes"], found):
        if size != ours and not is_known(python, name, size - ours,
                                         told["metaclasses"]):
            wrong[name].append((size, ours))
    assert not wrong, dict(wrong)


main()
