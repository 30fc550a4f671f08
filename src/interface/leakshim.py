"""Ask leakshim for leaks, in a program that runs under it.

    import leakshim

    with leakshim.no_leaks():                # raises leakshim.LeakError
        ...

    @leakshim.no_leaks(kinds="all", ignore=["mymodule.Node"], warmup=1)
    def test_parser():
        ...

    report = leakshim.check()                # the JSON report, as a dict

The program must run under leakshim: `leakshim run -- python app.py', or with
libleakshim.so in LD_PRELOAD.  Python 2.7, or 3.6 and later; no dependency.
libleakshim(7) has the rest.
"""
from __future__ import absolute_import

import ctypes
import errno
import fnmatch
import functools
import gc
import json
import os
import shutil
import sys
import tempfile
import time
import warnings

try:
    from _thread import get_ident
except ImportError:
    from thread import get_ident

__all__ = ["LeakError", "LeakshimError", "LeakshimWarning", "check",
           "checkpoint", "is_active", "no_leaks"]

# What fails by default (fail_on in libleakshim(7)): what can never be freed.
LEAKS = ("uncollectable,lost-reference/unreferenced,hidden-cycle,"
         "unreachable/frozen")

# How long to wait for a collection or a check of another thread to end.
PATIENCE = 5.0


class LeakshimError(RuntimeError):
    """No check is possible; the text says why."""


class LeakshimWarning(UserWarning):
    """Something that was asked for was not done: there may be more leaks."""


class LeakError(AssertionError):
    """There are leaks.

    text: the report for people; findings: the failing ones, as in the JSON
    report; report: all of it.
    """

    def __init__(self, text, findings, report):
        AssertionError.__init__(self, text)
        self.text = text
        self.findings = findings
        self.report = report

    def __str__(self):
        return self.text


# ---- the library ----

def _load():
    # PyDLL: the GIL stays held until the heap has been copied.
    library = ctypes.PyDLL(None, use_errno=True)
    try:
        begin, end = library.leakshim_py_begin, library.leakshim_py_end
        mark, collected = (library.leakshim_checkpoint,
                           library.leakshim_py_collected)
    except AttributeError:
        return None
    begin.argtypes = (2 * [ctypes.c_long] + 3 * [ctypes.c_char_p] +
                      [ctypes.c_int])
    begin.restype = mark.restype = ctypes.c_long
    end.argtypes = [ctypes.c_int] + 2 * [ctypes.c_char_p]
    collected.argtypes = [ctypes.c_int]
    mark.argtypes = []
    return library


_library = _load()


def is_active():
    """Does this process run under leakshim, and can it be checked?"""
    return _library is not None and bool(_library.leakshim_is_active())


def _how_to_run():
    python = os.path.basename(sys.executable or "python")
    arguments = getattr(sys, "orig_argv", [python] + sys.argv)[1:]
    return "    leakshim run -- %s %s" % (python, " ".join(arguments))


def _need_active():
    if _library is None:
        raise LeakshimError(
            "leakshim is not loaded into this process. Run the program under "
            "it:\n\n%s\n\nor set LD_PRELOAD to the path of libleakshim.so."
            % _how_to_run())
    if not is_active():
        raise LeakshimError(
            "leakshim is loaded, but does not watch this process: `leakshim "
            "doctor %s' says why" % (sys.executable or "python"))


# How leakshim_py_end() ends a check.
_GIVE_UP, _HAS_NOT_COLLECTED, _HAS_COLLECTED = -1, 0, 1

_REASONS = {
    errno.EAGAIN: "a collection or another check is under way",
    errno.EDEADLK: "it cannot be determined whether the GIL is held here (a "
                   "second interpreter?)",
    errno.EINVAL: "unknown mark or option",
    errno.EIO: "no report could be made; standard error has the reason",
    errno.ENOTSUP: "allocations are not recorded here (track=none, or a "
                   "statically linked Python 2.7), so nothing is known to be "
                   "younger than a mark",
    errno.ESHUTDOWN: "the interpreter is ending",
}


def _call(function, *arguments):
    until = time.time() + PATIENCE
    while True:
        value = function(*arguments)
        if value != -1:
            return value
        reason = ctypes.get_errno()
        if reason != errno.EAGAIN or time.time() > until:
            raise LeakshimError("no check: %s" % _REASONS.get(
                reason, os.strerror(reason)))
        time.sleep(0.005)


def checkpoint():
    """A mark for check(): what is allocated from now on is after it."""
    _need_active()
    return _call(_library.leakshim_checkpoint)


# ---- one check ----

def _read(path):
    with open(path, "rb") as f:
        return f.read().decode("utf-8", "replace")


_looking = set()  # the threads in _look()


def _look(mark, options, collect):
    """The report, as a dict and as text."""
    # A finalizer may ask while tempfile holds a lock of its own.
    thread = get_ident()
    if thread in _looking:
        raise LeakshimError("no check: this thread is making one; a finalizer "
                            "in a collection, or a signal handler, asks again")
    _looking.add(thread)
    try:
        return _look_once(mark, options, collect)
    finally:
        _looking.discard(thread)


def _look_once(mark, options, collect):
    # All that is made from here on is ours, and not looked at.
    until = checkpoint() if mark else 0
    directory = tempfile.mkdtemp(prefix="leakshim-")
    try:
        paths = [os.path.join(directory, name) for name in ("json", "text")]
        names = [path.encode() for path in paths]
        outcome = _GIVE_UP
        try:
            # ^C may be noticed before there is a value of it.
            suspects = _call(_library.leakshim_py_begin, mark, until,
                             names[0], names[1], options.encode(), collect)
            if collect and suspects:
                # What is still there after it can never be freed.
                gc.collect()
                outcome = _HAS_COLLECTED
            else:
                outcome = _HAS_NOT_COLLECTED
        except LeakshimError:
            # It has not begun; another of this thread may have, in whose
            # collection a finalizer has called us.
            outcome = None
            raise
        finally:
            if outcome is not None:
                value = _library.leakshim_py_end(outcome, *names)
                reason = ctypes.get_errno()
        if value == -1:
            raise LeakshimError("no check: %s" % _REASONS.get(
                reason, os.strerror(reason)))
        return json.loads(_read(paths[0])), _read(paths[1])
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def check(since=0, kinds="auto", collect=False):
    """Look for leaks now: the JSON report, as a dict (leakshim-report(5)).

    since: a mark of checkpoint().  kinds: what to report, as the option of
    that name, or a list of such.  collect: run gc.collect() meanwhile if there is something to
    collect, which distinguishes uncollectable garbage from pending garbage.
    """
    _need_active()
    return _look(since, "kinds=" + ",".join(_as_list(kinds)), collect)[0]


def _as_list(value):
    """A list of one or many strings or types."""
    if isinstance(value, (str, type(u""), type)):
        return [value]
    return list(value or ())


def type_name(type_):
    """The name that reports have for a type."""
    if not isinstance(type_, type):
        return str(type_)
    name = getattr(type_, "__qualname__", type_.__name__)
    if type_.__module__ in ("builtins", "__builtin__"):
        return name
    return "%s.%s" % (type_.__module__, name)


def _counts(finding, kinds):
    kind, reason = finding["kind"], finding["reason"]
    full = "%s/%s" % (kind, reason)
    if finding["state"] != "new":
        return False
    if full == "uncollectable/debug-saveall":
        return full in kinds
    return "all" in kinds or kind in kinds or full in kinds


def _missed(report):
    """What was asked for and not done: [(what and why, how many)]."""
    return [(row["what"] + (": %s" % row["why"] if row["why"] else ""),
             row["count"])
            for row in report["coverage"]["missed"] if row.get("asked")]


def _is_ignored(finding, patterns):
    return any(fnmatch.fnmatchcase(each["name"], pattern)
               for each in finding["types"] for pattern in patterns)


def _plural(n, what):
    return "%d %s%s" % (n, what, "" if n == 1 else "s")


# Frames of test runners say nothing about the leak.
_RUNNERS = ("/_pytest/", "/pluggy/", "/leakshim.py\"",
            "/pytest_leakshim.py\"")


def _trim(part):
    """The paragraph without the frames from the first runner's outwards."""
    kept, has_runner = [], False
    for line in part.rstrip().split("\n"):
        if line.startswith("    File "):
            has_runner = has_runner or any(r in line for r in _RUNNERS)
            if has_runner:
                continue
        else:
            has_runner = False
        kept.append(line)
    return "\n".join(kept)


def _tell(text, findings, n_ignored):
    """The paragraphs of these findings, from the text report."""
    # Each ends with its fingerprint in brackets.
    wanted = set("[%s]" % f["fingerprint"] for f in findings)
    parts = [part for part in text.split("\n\n")
             if part.rstrip().rsplit(None, 1)[-1:] and
             part.rstrip().rsplit(None, 1)[-1] in wanted]
    head = "leakshim: %s" % _plural(len(findings), "finding")
    if n_ignored:
        head += " (and %d ignored)" % n_ignored
    return "\n\n".join([head] + [_trim(part) for part in parts]) + "\n"


# Generator, coroutine, asynchronous generator (Include/code.h).
_RUNS_LATER = 0x20 | 0x80 | 0x200


def _need_function(function):
    code = getattr(function, "__code__", None)
    if code and code.co_flags & _RUNS_LATER:
        raise TypeError("no_leaks: %s() runs after it has returned: use "
                        "no_leaks around the code that runs it"
                        % function.__name__)
    return function


class no_leaks(object):
    """Code that must not leak: a context manager, and a decorator.

    kinds   what counts, as the option fail_on; by default what can never be
            freed.  "all" includes what a collection would free, and what
            collections freed meanwhile.
    ignore  types, or patterns of their names ("mymodule.*"): a finding with
            such a type in it does not count.
    warmup  for a decorator: how often a call with findings may be repeated;
            only findings of the last call count.  A cache that the first call
            fills is not a leak.

    A part of the check that was asked for and could not be done raises a
    LeakshimWarning.

    LeakError is raised if there are leaks.  If the block itself raises an
    exception, that is propagated, with the LeakError as its attribute `leaks'
    (from Python 3.11 on, also as a note).
    """

    def __init__(self, kinds=None, ignore=(), warmup=0):
        self._function = None
        if callable(kinds) and not isinstance(kinds, str):  # @no_leaks alone
            self._function, kinds = _need_function(kinds), None
            functools.update_wrapper(self, self._function)
        self.kinds = ",".join(_as_list(kinds)) or LEAKS
        self.ignore = [type_name(each) for each in _as_list(ignore)]
        self.warmup = warmup
        self._marks = []
        self.missed = []  # by the last look, although it was asked for

    @property
    def _sees_collected(self):
        kinds = self.kinds.split(",")
        return "all" in kinds or "collected" in kinds

    def __enter__(self):
        _need_active()
        if self._sees_collected:
            _library.leakshim_py_collected(1)
        self._marks.append(checkpoint())
        return self

    def forget(self):
        """End the block without a look."""
        self._marks.pop()
        if self._sees_collected:
            _library.leakshim_py_collected(0)

    def look(self):
        """End the block: a LeakError, or None."""
        try:
            report, text = _look(
                self._marks.pop(),
                "kinds=%s:fail_on=%s:max_findings=1000" % (self.kinds,
                                                           self.kinds),
                collect=True)
        finally:
            if self._sees_collected:
                _library.leakshim_py_collected(0)
        self.missed = _missed(report)
        kinds = self.kinds.split(",")
        found = [f for f in report["findings"] if _counts(f, kinds)]
        kept = [f for f in found if not _is_ignored(f, self.ignore)]
        if not kept:
            return None
        return LeakError(_tell(text, kept, len(found) - len(kept)), kept,
                         report)

    def __exit__(self, type_, error, traceback):
        leaks = self.look()
        try:
            for what, _ in self.missed:
                warnings.warn("asked for and not done: " + what,
                              LeakshimWarning, stacklevel=2)
        except LeakshimWarning:
            # Warnings are errors here: leaks and the block's own come first.
            if error is None and not leaks:
                raise
        if not leaks:
            return
        if error is None:
            try:
                raise leaks
            finally:
                del leaks  # or its traceback would make a cycle of it
        try:
            error.leaks = leaks
            if hasattr(error, "add_note"):
                error.add_note(leaks.text)
        except (AttributeError, TypeError):
            pass  # an exception with __slots__, or a string of Python 2

    def _fresh(self):
        return no_leaks(self.kinds, self.ignore)

    def run(self, function, *arguments, **keywords):
        """Call the function, up to warmup times more; its last value."""
        # In a variable: what is on the stack of a function of ours is not
        # looked at (python/ownframes.h).
        for _ in range(self.warmup):
            value = None
            try:
                with self._fresh():
                    value = function(*arguments, **keywords)
                return value
            except LeakError:
                pass
        value = None
        with self._fresh():
            value = function(*arguments, **keywords)
        return value

    def __call__(self, *arguments, **keywords):
        if self._function is not None:
            return self.run(self._function, *arguments, **keywords)
        function = _need_function(*arguments)

        @functools.wraps(function)
        def checked(*more, **named):
            return self.run(function, *more, **named)
        return checked

    def __get__(self, instance, owner):
        """@no_leaks without parentheses on a method."""
        if instance is None:
            return self
        return functools.partial(self, instance)
