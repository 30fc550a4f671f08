"""pytest plugin: a test that leaks fails.

    pytest -p pytest_leakshim --leakshim

libleakshim(7) describes it; leakshim.py, in this directory, does the work.
"""
import os
import sys

import pytest

import leakshim

SECTION = "leakshim"
RESTARTED = "LEAKSHIM_PYTEST_RESTARTED"


def pytest_addoption(parser):
    group = parser.getgroup("leakshim", "leaks of objects (leakshim)")
    group.addoption("--leakshim", action="store_true",
                    help="a test that leaks objects fails")
    group.addoption("--leakshim-kinds", metavar="KINDS",
                    help="what counts: all, or kinds as in fail_on= of "
                         "libleakshim(7); by default what can never be freed")
    group.addoption("--leakshim-fail-on-missed", action="store_true",
                    help="a test also fails if something that was asked for "
                         "could not be done")
    parser.addini("leakshim", type="bool", default=False,
                  help="look for leaks, as --leakshim does")
    parser.addini("leakshim_kinds", default="", help="as --leakshim-kinds")
    parser.addini("leakshim_fail_on_missed", type="bool", default=False,
                  help="as --leakshim-fail-on-missed")
    parser.addini("leakshim_ignore", type="linelist", default=[],
                  help="names of types (with * and ?) whose leaks do not "
                       "count")
    parser.addini("leakshim_warmup", default="1",
                  help="how often a test with findings may run again, because "
                       "what only a first call leaves behind is not a leak")


# ---- starting again under the library ----

def _find_library():
    named = os.environ.get("LEAKSHIM_LIBRARY")
    if named:
        return os.path.abspath(named) if os.path.exists(named) else None
    here = os.path.dirname(os.path.abspath(leakshim.__file__))
    prefix = os.path.join(here, os.pardir, os.pardir, os.pardir)
    directories = [os.path.join(prefix, name) for name in ("lib", "lib64")]
    if os.path.isdir(directories[0]):
        directories += [os.path.join(directories[0], name)
                    for name in sorted(os.listdir(directories[0]))
                    if name.endswith("-linux-gnu")]
    for directory in directories:
        path = os.path.join(directory, "libleakshim.so")
        if os.path.exists(path):
            return os.path.realpath(path)
    return None


def _command():
    """The command that started this process, to start it again."""
    original = getattr(sys, "orig_argv", None)  # 3.10
    if original:
        return [sys.executable] + original[1:]
    import subprocess
    flags = subprocess._args_from_interpreter_flags()
    script = sys.argv[0]
    if os.path.basename(script) == "__main__.py":
        return [sys.executable] + flags + ["-m", "pytest"] + sys.argv[1:]
    return [sys.executable] + flags + sys.argv


def _start_again():
    if os.environ.get(RESTARTED) == str(os.getpid()):
        raise pytest.UsageError(
            "leakshim was loaded, but does not watch this Python: `leakshim "
            "doctor %s' says why" % sys.executable)
    environment = dict(os.environ)
    environment[RESTARTED] = str(os.getpid())  # exec keeps it
    library = _find_library()
    command = _command()
    if library:
        others = environment.get("LD_PRELOAD")
        environment["LD_PRELOAD"] = library + (":" + others if others else "")
    else:
        command = ["leakshim", "run", "--exitcode=0", "--"] + command
    # What the plugin reports is not reported once more at the end.
    options = environment.get("LEAKSHIM_OPTIONS")
    if not options:
        environment["LEAKSHIM_OPTIONS"] = "log_path=/dev/null"
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execvpe(command[0], command, environment)
    except OSError as error:
        raise pytest.UsageError(
            "libleakshim.so was not found where it is installed, and the "
            "command leakshim cannot be started (%s): set LEAKSHIM_LIBRARY to "
            "the library's path" % error)


def _is_worker(config):
    return hasattr(config, "workerinput") or hasattr(config, "slaveinput")


def _is_wanted(config):
    return config.getoption("leakshim", False) or config.getini("leakshim")


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config):
    # Before anything is captured: exec would take the pipes along.
    if (not leakshim.is_active() and "PYTEST_XDIST_WORKER" not in os.environ
            and (early_config.known_args_namespace.leakshim
                 or early_config.getini("leakshim"))):
        _start_again()
    yield


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    config.addinivalue_line(
        "markers", "leakshim(ignore=None, kinds=None, warmup=None): what "
        "leaks count in this test; ignore=\"*\" all of them")
    if not _is_wanted(config):
        return
    if not leakshim.is_active():
        if _is_worker(config):
            raise pytest.UsageError("leakshim is not loaded into this worker")
        capture = config.pluginmanager.getplugin("capturemanager")
        if capture:  # named by a conftest: pytest has started to capture
            capture.stop_global_capturing()
        _start_again()
    config.pluginmanager.register(Plugin(config), "leakshim_plugin")


# ---- the tests ----

def _has_failed(item):
    """unittest reports failures to the item, and raises nothing."""
    return bool(getattr(item, "_excinfo", None))


class Plugin(object):
    def __init__(self, config):
        self.config = config
        self.n_tests = self.n_findings = 0
        self.missed = {}  # what and why: in how many tests
        self.fails_on_missed = (
            config.getoption("leakshim_fail_on_missed", False)
            or config.getini("leakshim_fail_on_missed"))

    def _settings(self, item):
        """kinds, ignore, warmup: from the closest mark, or the ini file."""
        config = self.config
        kinds = (config.getoption("leakshim_kinds")
                 or config.getini("leakshim_kinds") or None)
        ignore = list(config.getini("leakshim_ignore"))
        warmup = config.getini("leakshim_warmup")
        for mark in reversed(list(item.iter_markers("leakshim"))):
            kinds = mark.kwargs.get("kinds", kinds)
            warmup = mark.kwargs.get("warmup", warmup)
            ignore += leakshim._as_list(mark.kwargs.get("ignore"))
        return kinds, ignore, int(warmup)

    def _run_again(self, item, run, block, leaks):
        """What is left of the leaks after another run."""
        block.__enter__()
        try:
            run()
        except (KeyboardInterrupt, SystemExit):
            block.forget()
            raise
        except BaseException:  # a fixture that is used up; pytest.skip()
            block.forget()
            return leaks
        if _has_failed(item):
            item._excinfo = None  # the first time, it passed
            block.forget()
            return leaks
        return block.look()

    def _run(self, item, run):
        kinds, ignore, warmup = self._settings(item)
        if "*" in ignore:
            return run()
        block = leakshim.no_leaks(kinds, ignore)
        block.__enter__()
        try:
            run()
        except Exception:
            # Its traceback keeps its objects alive: they are not leaks.
            item._leakshim = block.look()
            item._leakshim_missed = block.missed
            raise
        except BaseException:
            block.forget()
            raise
        leaks = block.look()
        for _ in range(warmup):
            if leaks and not _has_failed(item):
                leaks = self._run_again(item, run, block, leaks)
        item._leakshim = leaks
        item._leakshim_missed = block.missed
        if leaks and not _has_failed(item):
            objects = sum(f["objects"] for f in leaks.findings)
            pytest.fail("leaks: %s, %s" % (
                leakshim._plural(len(leaks.findings), "finding"),
                leakshim._plural(objects, "object")), pytrace=False)
        if block.missed and self.fails_on_missed and not _has_failed(item):
            pytest.fail("leaks: asked for and not done: %s" % "; ".join(
                what for what, _ in block.missed), pytrace=False)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item):
        run = item.runtest
        item._leakshim = None
        item._leakshim_missed = []
        item.runtest = lambda: self._run(item, run)
        yield
        del item.runtest

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        outcome = yield
        leaks = getattr(item, "_leakshim", None)
        if call.when != "call":
            return
        report = outcome.get_result()
        report.leakshim_missed = [
            what for what, _ in getattr(item, "_leakshim_missed", ())]
        if not leaks:
            return
        report.sections.append((SECTION, leaks.text))
        report.leakshim_findings = len(leaks.findings)
        item._leakshim = None

    def pytest_runtest_logreport(self, report):
        # In xdist's controller too: the attribute comes with the report.
        found = getattr(report, "leakshim_findings", 0)
        self.n_tests += found > 0
        self.n_findings += found
        for what in getattr(report, "leakshim_missed", ()):
            self.missed[what] = self.missed.get(what, 0) + 1

    def pytest_terminal_summary(self, terminalreporter):
        if not self.n_tests and not self.missed:
            return
        terminalreporter.write_sep("=", SECTION)
        if self.n_tests:
            terminalreporter.write_line("%s with leaks, %s" % (
                leakshim._plural(self.n_tests, "test"),
                leakshim._plural(self.n_findings, "finding")))
        for what, n in sorted(self.missed.items()):
            terminalreporter.write_line("asked for and not done in %s: %s" % (
                leakshim._plural(n, "test"), what))
