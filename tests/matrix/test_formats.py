#!/usr/bin/env python3
# leakshim report --format=: each format's golden file, byte for byte, and what
# somebody else's reader makes of it.
#
#     LEAKSHIM_GOLDEN=write tests/matrix/test_formats.py
#
# writes the golden files anew, for `git diff' to show what has changed.
import base64
import gzip
import hashlib
import json
import os
import re
import subprocess
import tempfile

import readers
from harness import LEAKSHIM, TOP, equal, main, once

readers.use_debian_python("jsonschema", "junitparser", "prometheus_client")

GOLDEN = os.path.join(TOP, "tests", "golden")
REPORT = os.path.join(GOLDEN, "report.json")
FORMATS = ["text", "json", "suppressions", "html", "sarif", "junit", "github",
           "dot", "folded", "pprof", "openmetrics"]

# They have no place for what was asked for and not done.
PLACELESS = ["suppressions", "dot", "folded", "pprof"]


def said(path):
    with open(path, encoding="utf-8") as f:
        rows = json.load(f)["coverage"]["missed"]
    return [row["what"] for row in rows
            if row.get("asked") or row["what"] == "analysis"]


def render(form, path=REPORT, cwd="/", with_dot=False, options=()):
    """No file of the report is below /: no name depends on where we are."""
    environment = dict(os.environ)
    if not with_dot:
        environment["PATH"] = "/nonexistent"
    done = subprocess.run([LEAKSHIM, "report", "--format=" + form, *options,
                           path], cwd=cwd, env=environment, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    equal(done.returncode, 0, "status")
    wanted = said(path) if form in PLACELESS else []
    lines = done.stderr.decode().splitlines()
    equal([line.partition("report: missed: ")[2].partition(" ")[0].rstrip(":")
           for line in lines], wanted, "standard error")
    return done.stdout


def render_value(form, value, options=()):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "r.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(value, f)
        return render(form, path, options=options)


def report():
    with open(REPORT, encoding="utf-8") as f:
        return json.load(f)


def states(*wanted):
    return [f for f in report()["findings"] if f["state"] in wanted]


# ---- golden files ----


def golden(form):
    @once("%s is as it was" % form)
    def compares():
        got = render(form)
        if form == "pprof":  # another zlib packs in another way
            got = gzip.decompress(got)
        path = os.path.join(GOLDEN, "report.json" if form == "json" else
                            "report." + form)
        if os.environ.get("LEAKSHIM_GOLDEN") == "write":
            with open(path, "wb") as f:
                f.write(got)
        with open(path, "rb") as f:
            wanted = f.read()
        if got != wanted:
            lines = [(i, x, y) for i, (x, y) in enumerate(
                zip(got.split(b"\n"), wanted.split(b"\n"))) if x != y]
            raise AssertionError("%s: %d and %d bytes; first: %r" % (
                path, len(got), len(wanted), lines[:1]))


for each in FORMATS:
    golden(each)


@once("the golden report has every kind, reason and state")
def is_complete():
    with open(os.path.join(TOP, "src", "common", "kinds.def"),
              encoding="utf-8") as f:
        text = f.read()
    findings = report()["findings"]
    equal({f["kind"] for f in findings},
          set(re.findall(r'^KIND\(\w+, "(.*)"\)', text, re.M)), "kinds")
    equal({f["reason"] for f in findings if f["reason"]},
          set(re.findall(r'^REASON\(.*"(.*)"\)', text, re.M)), "reasons")
    equal({f["state"] for f in findings},
          {"new", "known", "suppressed", "startup"}, "states")


@once("formats.def, --help and a bad name agree on what there is")
def names():
    done = subprocess.run([LEAKSHIM, "report", "--help"],
                          stdout=subprocess.PIPE, check=True)
    listed = re.findall(r"^  (\w+)  ",
                        done.stdout.decode().split("Formats:")[1], re.M)
    assert set(FORMATS) <= set(listed), listed
    done = subprocess.run([LEAKSHIM, "report", "--format=yaml", REPORT],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    equal(done.returncode, 2, "status")
    equal(done.stdout, b"", "stdout")
    for name in listed:
        assert name in done.stderr.decode(), done.stderr


# ---- readers ----


@once("the gate reads the rules: with them, nothing is new")
def suppressions():
    with tempfile.TemporaryDirectory() as folder:
        rules = os.path.join(folder, "rules")
        with open(rules, "wb") as f:
            f.write(render("suppressions"))
        statuses = [subprocess.run(
            [LEAKSHIM, "gate", "--fail_on=all", *options, REPORT],
            stdout=subprocess.PIPE).returncode
            for options in ([], ["--suppressions=" + rules])]
    equal(statuses, [23, 0], "without them, and with them")


@once("SARIF validates; suppressions, baseline and levels follow the states")
def sarif():
    data = render("sarif")
    equal(readers.sarif(data),
          [f["fingerprint"] for f in report()["findings"]], "fingerprints")
    for result, finding in zip(json.loads(data.decode())["runs"][0]["results"],
                               report()["findings"]):
        state = finding["state"]
        equal(result["baselineState"],
              "unchanged" if state == "known" else "new", "baselineState")
        equal(bool(result["suppressions"]),
              state in ("suppressed", "startup"), "suppressions")
        if state != "new":
            equal(result["level"], "note", "level")
        assert result["locations"], "a viewer needs a place"
        cycle = finding["cycle"]
        if cycle and cycle[-1]["edge"]:
            equal([e["label"]["text"] for e in result["graphs"][0]["edges"]],
                  [e["edge"] for e in cycle], "edges")
    levels = {r["ruleId"]: r["level"]
              for r in json.loads(data.decode())["runs"][0]["results"]
              if r["properties"]["state"] == "new"}
    equal(levels["lost-reference/unreferenced"], "error", "a failing kind")
    equal(levels["lost-reference/surplus"], "warning", "a reported kind")


@once("SARIF distinguishes new from known only with a baseline")
def baseline():
    value = report()
    for finding in value["findings"]:
        finding["state"] = "new"
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "r.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(value, f)
        value["findings"] = value["findings"][:2]
        part = os.path.join(folder, "base.json")
        with open(part, "w", encoding="utf-8") as f:
            json.dump(value, f)
        found = []
        for options in [], ["--baseline=" + part], ["--baseline=" + path]:
            data = render("sarif", path, options=options)
            readers.sarif(data)
            results = json.loads(data.decode())["runs"][0]["results"]
            found.append([r.get("baselineState") for r in results])
    n = len(report()["findings"])
    equal(found[0], [None] * n, "no baseline")
    equal(sorted(found[1]), ["new"] * (n - 2) + ["unchanged"] * 2, "a part")
    equal(found[2], ["unchanged"] * n, "all of it")


@once("files below the working directory are named from there")
def relative():
    log = json.loads(render("sarif").decode())
    first = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    equal(first["artifactLocation"], {"uri": "file:///srv/shop/models.py"},
          "elsewhere")
    equal(first["region"]["startLine"], 24, "line")
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.realpath(folder)
        path = os.path.join(root, "r.json")
        with open(path, "w", encoding="utf-8") as f:
            f.write(json.dumps(report()).replace("/srv/shop/",
                                                 "%s/a b/" % root))
        log = json.loads(render("sarif", path, cwd=root).decode())
        annotations = readers.github(render("github", path, cwd=root))
    first = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    equal(first["artifactLocation"],
          {"uri": "a%20b/models.py", "uriBaseId": "%SRCROOT%"}, "below")
    equal(annotations[0][1]["file"], "a b/models.py", "annotation")


@once("JUnit is read: failures are what fails, what is quiet is skipped")
def junit():
    cases = readers.junit(render("junit"))
    n = len(report()["findings"]) + len(said(REPORT)) + 1
    equal(len(cases), n, "cases")
    equal(cases[0], ("leakshim", []), "the analysis")
    equal(sum(r == ["Skipped"] for _, r in cases),
          len(states("known", "suppressed", "startup")) + len(said(REPORT)),
          "skipped")
    equal(sum(r == ["Failure"] for _, r in cases), 7, "failures")


@once("GitHub's annotations are read, those that fail first, others not at all")
def github():
    commands = readers.github(render("github"))
    equal(len(commands), len(states("new")) + len(said(REPORT)), "commands")
    levels = [level for level, _, _ in commands]
    equal(levels, sorted(levels), "errors before warnings")
    equal(levels.count("error"), 7, "errors")
    equal(commands[0][1]["file"], "/srv/shop/models.py", "file")
    equal(commands[0][1]["line"], "24", "line")
    assert "\nto fix: make Node.parent" in commands[0][2], commands[0]


@once("Graphviz draws every finding, and marks what to cut")
def dot():
    clusters, cuts = readers.dot(render("dot"))
    equal(clusters, len(report()["findings"]), "clusters")
    assert cuts >= 8, cuts


@once("folded stacks are read, and add up")
def folded():
    stacks = readers.folded(render("folded"))
    wanted = states("new", "known")
    equal([n for _, n in stacks], [f["bytes"] for f in wanted], "bytes")
    equal(stacks[0][0][0], "<module> (/srv/shop/app.py:210)", "outermost")
    equal(stacks[0][0][-1], "shop.models.Node [uncollectable]", "innermost")


@once("Prometheus's parser reads the numbers")
def openmetrics():
    families = readers.openmetrics(render("openmetrics"))
    total = sum(s.value for s in families["leakshim_bytes"])
    equal(total, sum(f["bytes"] for f in report()["findings"]), "bytes")
    equal(len(families["leakshim_finding_bytes"]), len(report()["findings"]),
          "findings")
    new = [s for s in families["leakshim_findings"]
           if s.labels["state"] == "new"]
    equal(len(new), 16, "series of new findings, zeros too")
    equal([s.value for s in families["leakshim_gc_collections"]],
          [390, 35, 3], "collections")
    # Unknown is left out, not 0.
    equal([s.labels["generation"] for s in families["leakshim_gc_seconds"]],
          ["0", "1"], "generations with a time")
    equal([s.value for s in families["leakshim_unlisted_findings"]
           if s.labels["kind"] == "unreachable"], [3], "unlisted")


@once("the profile decodes by pprof's own schema")
def pprof():
    equal(readers.pprof(render("pprof")), len(states("new", "known")),
          "samples")


@once("go tool pprof opens the profile")
def go_pprof():
    text = readers.go_pprof(render("pprof"), "-top", "-nodecount=3")
    assert "Type: leaked_space" in text and "File: python3.11" in text, text
    assert re.search(r"361.33kB .* str$", text, re.M), text
    text = readers.go_pprof(render("pprof"), "-peek=build_tree",
                            "-sample_index=leaked_objects")
    assert re.search(r"^ +4 .*__init__$", text, re.M), text


@once("a time that the profile has no number for is left out")
def late():
    profiles = []
    for time in None, "9999-12-31T23:59:59Z", report()["process"]["time"]:
        value = report()
        value["process"]["time"] = time
        profiles.append(render_value("pprof", value))
    assert profiles[0] == profiles[1] != profiles[2]


@once("a finding that is also older than the program is listed twice")
def twice():
    value = report()
    finding = dict(value["findings"][0], state="startup")
    total = value["summary"][finding["kind"]]
    total["findings"] += 1
    total["objects"] += finding["objects"]
    total["bytes"] += finding["bytes"]
    value["findings"].append(finding)
    n = len(value["findings"])
    ids = re.findall(r'<article [^>]*id="([^"]*)"',
                     render_value("html", value).decode())
    equal(len(set(ids)), n, "ids")
    data = render_value("junit", value)
    readers.junit(data)
    names = re.findall(r'<testcase (classname=".*" name=".*") time=',
                       data.decode())
    equal((len(names), len(set(names))), 2 * (n + 1 + len(said(REPORT)),),
          "test cases")
    families = readers.openmetrics(render_value("openmetrics", value))
    equal(len(families["leakshim_finding_bytes"]), n, "series")


# ---- the page ----


@once("the page is whole, self-contained, and has every finding")
def page():
    data = render("html")
    reader = readers.page(data)
    equal(reader.counts["article"], len(report()["findings"]), "findings")
    assert "svg" not in reader.counts, "a picture without dot"
    assert b"Cycles are listed, not drawn" in data
    assert reader.classes["cut"] >= 8, "edges to cut, in lists"
    assert b"the stack was deeper than can be walked" in data, "missed"
    text = data.decode()
    script = re.search(r"<script>(.*)</script>", text, re.S).group(1)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest())
    assert "script-src 'sha256-%s'" % digest.decode() in text, "policy"
    for each in re.findall(r"https?://[^\s\"'<]*", text):
        raise AssertionError("not self-contained: " + each)


@once("the page has a picture of each cycle, with the edge to cut")
def pictures():
    readers.program("dot", "graphviz")
    data = render("html", with_dot=True)
    reader = readers.page(data)
    cycles = [f for f in report()["findings"]
              if f["cycle"] and f["cycle"][-1]["edge"]]
    equal(reader.counts["svg"], len(cycles), "pictures")
    assert b"not drawn" not in data
    ids = re.findall(r'\sid="([^"]*)"', data.decode())
    equal(len(ids), len(set(ids)), "ids that are unique")
    edges = re.findall(r'class="edge cut"', data.decode())
    assert len(edges) >= 8, edges


@once("no finding and something not done is not a success in any format")
def incomplete():
    value = report()
    value["findings"] = []
    for kind in value["summary"].values():
        kind.update(findings=0, objects=0, bytes=0)
    value["coverage"]["missed"] = [
        {"what": "lost-reference", "count": 16, "why": "may be <held>",
         "asked": True},
        {"what": "lost-memory", "count": 3, "why": "few", "asked": False}]
    outputs = {form: render_value(form, value) for form in FORMATS}
    text = outputs["text"].decode()
    assert "missed: lost-reference (16): may be <held>\n" in text, text
    assert "SUMMARY: incomplete: 0 findings" in text, text
    equal(readers.sarif(outputs["sarif"]), [], "SARIF")
    notes = json.loads(outputs["sarif"])["runs"][0]["invocations"][0]
    equal([note["level"] for note in notes["toolExecutionNotifications"]],
          ["warning", "note"], "SARIF's notes")
    equal(sorted(readers.junit(outputs["junit"])),
          [("leakshim", []), ("leakshim.missed", ["Skipped"])], "JUnit")
    equal([row[0] for row in readers.github(outputs["github"])], ["warning"],
          "annotations")
    assert b"asked for and not done" in outputs["html"]
    assert b"card good" not in outputs["html"]
    readers.page(outputs["html"])
    # The twin: what nobody asked for is no news.
    value["coverage"]["missed"][0]["asked"] = False
    outputs = {form: render_value(form, value) for form in FORMATS}
    assert "SUMMARY: 0 findings" in outputs["text"].decode()
    equal(readers.junit(outputs["junit"]), [("leakshim", [])], "JUnit")
    equal(readers.github(outputs["github"]), [], "annotations")
    assert b"card good" in outputs["html"]


@once("an empty report is one that every reader reads")
def empty():
    value = report()
    value["findings"] = []
    for kind in value["summary"].values():
        kind.update(findings=0, objects=0, bytes=0)
    value["coverage"]["missed"] = [
        {"what": "analysis", "count": 1, "why": "it took too long"}]
    outputs = {form: render_value(form, value) for form in FORMATS}
    equal(readers.sarif(outputs["sarif"]), [], "SARIF")
    # No leaks found by no analysis is no success.
    equal(readers.junit(outputs["junit"]), [("leakshim", ["Error"])], "JUnit")
    equal(readers.github(outputs["github"])[0][0], "error", "annotation")
    equal(readers.folded(outputs["folded"]), [], "stacks")
    equal(readers.pprof(outputs["pprof"]), 0, "samples")
    assert readers.openmetrics(outputs["openmetrics"])["leakshim_missed"]
    assert b"it took too long" in outputs["html"]
    readers.page(outputs["html"])
    equal(readers.dot(outputs["dot"]), (0, 0), "clusters")


main()
