#!/usr/bin/env python3
# Native stacks (native=N): the extension's function that made a lost object is
# named, and Python's frames stand where the interpreter's loop runs them.
import json
import os
import subprocess

import planted
from findings import frames, is_unhooked, the_one, type_names
from harness import LEAKSHIM, Skip, equal, main, test

N = 100
NEW = ("list", "dict", "tuple", "bytes", "int", "str", "float", "instance",
       "argument", "error", "append", "record", "memory")


def run(python, *arguments, options="native=32"):
    if is_unhooked(python):
        raise Skip("a static Python 2.7 has no allocation hooks")
    done = python.run(*arguments, options=options,
                      files=planted.files(python))
    equal(done.stderr, "", "stderr")
    for each in done.report["coverage"]["missed"]:
        if each["what"] == "native-frames" and "libunwind8" in each["why"]:
            raise Skip("no libunwind8 there")
    return done


def run_planted(python, what, **more):
    return run(python, "planted.py", "leak", what, N, **more)


def functions(finding):
    return [f["function"] for f in finding["allocated"]["native"]]


def of_extension(finding):
    return [f for f in finding["allocated"]["native"]
            if os.path.basename(f["module"] or "").startswith("planted")]


def add_tests(what):
    @test("the function that loses %s" % what, sample=True)
    def is_named(python):
        if python.major == 2 and what in ("int", "float", "memory"):
            raise Skip("Python 2.7 keeps them in blocks of its own")
        report = run_planted(python, what).report
        equal(report["coverage"]["native"], True, "coverage.native")
        found = [f for f in report["findings"] if
                 f["kind"] == "lost-reference" and f["state"] == "new"]
        if what == "record":  # not the C structure that holds it
            found = [f for f in found if type_names(f) != ["(memory)"]]
        assert found, "nothing found"
        example = max(found, key=lambda f: f["count"])
        if what in ("argument", "record"):  # Python code made those
            equal(of_extension(example), [], "frames of the extension")
        else:
            culprit = of_extension(example)[0]["function"]
            assert "leak_" + what in functions(example), functions(example)
            assert " in %s (" % culprit in example["advice"], example["advice"]
        for frame in of_extension(example):
            assert frame["offset"] > 0, frame


for each in NEW:
    add_tests(each)


def spliced(finding):
    """Functions, innermost first: Python's in parentheses."""
    lines = [f for f, _, _ in frames(finding)]
    out, done = [], 0
    for frame in finding["allocated"]["native"]:
        if frame["runs"]:
            out += ["(%s)" % f for f in lines[done:done + frame["runs"]]]
            done += frame["runs"]
        else:
            out.append(frame["function"])
    return out + ["(%s)" % f for f in lines[done:]]


@test("Python frames stand between the native ones that run them")
def splice(python):
    report = run(python, "natives.py", "nested", options="native=64").report
    found = spliced(the_one(report, "list"))
    # C code called by a lambda, called by sorted(), called by a generator.
    order = ["leak_list", "(<lambda>)", "*", "(through)", "*", "(nested)",
             "(<module>)"]
    if python.version >= (3, 11):
        order[1] = "(through.<locals>.<lambda>)"
    at = 0
    for name in found:
        if at < len(order) and order[at] == "*":
            assert not name or not name.startswith("("), found
            at += 1
        if at < len(order) and name == order[at]:
            at += 1
        else:
            assert not name or not name.startswith("(") or (
                at == len(order)), found
    equal(at, len(order), "frames of %s" % found)


@test("a native frame too few changes nothing else")
def few(python):
    report = run(python, "natives.py", "nested", options="native=1").report
    found = the_one(report, "list")
    equal(len(found["allocated"]["native"]), 1, "native frames")
    equal(frames(found)[-1][0], "<module>", "outermost")


@test("none without the option")
def none(python):
    report = run_planted(python, "list", options="").report
    equal(report["coverage"]["native"], False, "coverage.native")
    equal(the_one(report, "list")["allocated"]["native"], [], "native")


@test("threads, forks, exceptions and unloaded libraries", sample=True)
def busy(python):
    done = run(python, "natives.py", "busy", options="native=32:follow=0")
    equal(done.stdout, "800\n", "stdout")
    equal(done.status, 0, "status")
    equal([f["kind"] for f in done.report["findings"]
           if f["kind"] != "unreachable" and f["state"] == "new"], [],
          "findings")


@test("report names file and line", sample=True)
def lines(python):
    done = run_planted(python, "list")
    text = subprocess.run([LEAKSHIM, "report", done.path("report.json")],
                          stdout=subprocess.PIPE, check=True,
                          encoding="utf-8").stdout
    if python.in_root:
        raise Skip("its extension is not where the report says")
    assert "planted.c:" in text, text
    assert "Py_DECREF in make_list (" in text, text


@test("another file in the module's place names nothing", sample=True)
def replaced(python):
    done = run_planted(python, "list")
    whole = done.report
    frame = next(f for f in whole["findings"][0]["allocated"]["native"]
                 if f["function"] == "leak_list")
    frame = dict(frame, function=None, build_id="00" * 20)
    whole["findings"][0]["allocated"]["native"] = [
        frame, dict(frame, module="/dev/null"),
        dict(frame, module="planted.so"), dict(frame, build_id=None)]
    text = subprocess.run([LEAKSHIM, "report", "--format=json", "-"],
                          input=json.dumps(whole), stdout=subprocess.PIPE,
                          check=True, encoding="utf-8").stdout
    native = json.loads(text)["findings"][0]["allocated"]["native"]
    equal([(f["function"], f["file"]) for f in native], [(None, None)] * 4,
          "names")


main()
