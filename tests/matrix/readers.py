"""Other people's readers of our formats; each raises when it cannot read.

read(format, data) gives back a short fact that the tests compare, mostly the
number of findings that the reader has seen.  A reader that is not installed
raises Skip.
"""

import gzip
import html.parser
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.dom.minidom

from harness import TOP, Skip

SARIF_SCHEMA = os.path.join(TOP, "tests", "readers",
                            "sarif-2.1.0.schema.json")
PPROF_PROTO = "/usr/share/gocode/src/github.com/google/pprof/proto"


def use_debian_python(*modules):
    """Debian's packages are for Debian's interpreter alone: go there."""
    for module in modules:
        try:
            __import__(module)
        except ImportError:
            if sys.executable != "/usr/bin/python3" and os.access(
                    "/usr/bin/python3", os.X_OK):
                os.execv("/usr/bin/python3",
                         ["/usr/bin/python3", "-B"] + sys.argv)


def module(name, package):
    try:
        __import__(name)
    except ImportError:
        raise Skip("%s is not here" % package) from None
    return sys.modules[name]


def program(name, package):
    path = shutil.which(name)
    if not path:
        raise Skip("%s (Debian: %s) is not here" % (name, package))
    return path


def run(command, data, **options):
    done = subprocess.run(command, input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120, **options)
    assert done.returncode == 0, "%s: %r" % (command[0], done.stderr[-500:])
    return done


# ---- JSON and XML ----


def sarif(data):
    jsonschema = module("jsonschema", "python3-jsonschema")
    with open(SARIF_SCHEMA, encoding="utf-8") as f:
        schema = json.load(f)
    log = json.loads(data.decode())
    jsonschema.Draft4Validator(schema).validate(log)
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    for result in log["runs"][0]["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] or (
            result["ruleId"].split("/")[0] in
            rules[result["ruleIndex"]]["id"]), result["ruleId"]
    return [r["partialFingerprints"]["leakshim/v1"]
            for r in log["runs"][0]["results"]]


def junit(data):
    junitparser = module("junitparser", "python3-junitparser")
    xml.dom.minidom.parseString(data)  # expat: whether it is XML at all
    suites = junitparser.JUnitXml.fromstring(data)
    cases = [case for suite in suites for case in suite]
    suite = list(suites)[0]
    assert suite.tests == len(cases), "tests="
    failing = sum(isinstance(r, junitparser.Failure)
                  for case in cases for r in case.result)
    assert suite.failures == failing, "failures="
    return [(case.classname, [type(r).__name__ for r in case.result])
            for case in cases]


# ---- lines ----


def _unescape(text, names):
    for name in names:
        text = text.replace("%" + name, chr(int(name, 16)))
    assert "%" not in text.replace("%25", ""), "%r is not escaped" % text
    return text.replace("%25", "%")


def github(data):
    """As the runner of GitHub takes a line apart."""
    commands = []
    for line in data.decode().split("\n")[:-1]:
        found = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        assert found, "no workflow command: %r" % line
        properties = {}
        for each in found.group(2).split(","):
            name, equals, value = each.partition("=")
            assert name in ("file", "line", "title") and equals, each
            assert name not in properties, each
            properties[name] = _unescape(value, ("0D", "0A", "3A", "2C"))
        commands.append((found.group(1), properties,
                         _unescape(found.group(3), ("0D", "0A"))))
    return commands


def folded(data):
    """As flamegraph.pl and speedscope split a line."""
    stacks = []
    for line in data.decode().split("\n")[:-1]:
        found = re.fullmatch(r"(.*)\s+?(\d+(?:\.\d*)?)", line)
        assert found and found.group(1), "no folded stack: %r" % line
        stacks.append((found.group(1).split(";"), int(found.group(2))))
    return stacks


def openmetrics(data):
    parser = module("prometheus_client.openmetrics.parser",
                    "python3-prometheus-client")
    families = {}
    for family in parser.text_string_to_metric_families(data.decode()):
        assert family.name not in families, family.name
        families[family.name] = family.samples
    return families


# ---- Graphviz and pprof ----


def dot(data):
    done = run([program("dot", "graphviz"), "-Tsvg"], data)
    # It draws on after most errors; about fonts it complains at will.
    complaints = [line for line in done.stderr.decode().splitlines()
                  if "Error" in line or "syntax" in line]
    assert not complaints, complaints
    xml.dom.minidom.parseString(done.stdout)
    return (done.stdout.count(b'class="cluster"'),
            done.stdout.count(b'class="edge cut"'))


def pprof(data):
    protoc = program("protoc", "protobuf-compiler")
    if not os.path.exists(os.path.join(PPROF_PROTO, "profile.proto")):
        raise Skip("profile.proto (Debian: golang-github-google-pprof-dev) "
                   "is not here")
    plain = gzip.decompress(data)
    text = run([protoc, "--proto_path=" + PPROF_PROTO,
                "--decode=perftools.profiles.Profile", "profile.proto"],
               plain).stdout.decode()
    # What the schema does not have is printed by its number.
    assert not re.search(r"^ *\d+[:{ ]", text, re.M), "an unknown field"
    return len(re.findall(r"^sample {", text, re.M))


def pprof_tool():
    """The command `go tool pprof', as far as it is there."""
    for pattern in ("go", "/usr/lib/go-1.19/bin/go", "/usr/lib/go/bin/go"):
        path = shutil.which(pattern)
        if path:
            return [path, "tool", "pprof"]
    raise Skip("go tool pprof (Debian: golang-go) is not here")


def go_pprof(data, *options):
    with tempfile.NamedTemporaryFile(suffix=".pb.gz") as f:
        f.write(data)
        f.flush()
        with tempfile.TemporaryDirectory() as home:
            environment = dict(os.environ, HOME=home, PPROF_TMPDIR=home)
            done = run(pprof_tool() + list(options) + [f.name], b"",
                       env=environment)
    return done.stdout.decode()


# ---- HTML ----


class Page(html.parser.HTMLParser):
    """What the page is made of, and whether anything got in that is not ours."""

    VOID = {"meta", "br", "input"}
    TAGS = set("""html head meta title style body header main footer section
        article details summary div span p h1 h2 h3 h4 ul ol li dl dt dd table
        thead tbody tr th td b strong code br form input select option button
        output label figure svg g path polygon ellipse text script""".split())

    def __init__(self):
        super().__init__()
        self.open = []
        self.counts = {}
        self.classes = {}

    def handle_starttag(self, tag, attrs):
        assert tag in self.TAGS, "a <%s>" % tag
        assert self.open or tag == "html", "<%s> outside" % tag
        for name, value in attrs:
            assert not name.startswith("on"), "%s=%r" % (name, value)
            assert name not in ("src", "srcset", "action"), name
            assert not (name.endswith("href") and value), "a link"
            if name == "class":
                for each in value.split():
                    self.classes[each] = self.classes.get(each, 0) + 1
        self.counts[tag] = self.counts.get(tag, 0) + 1
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, "a stray </%s>" % tag


def page(data):
    reader = Page()
    # It alone is no HTML, but XML's: Graphviz writes entities as in both.
    reader.feed(data.decode())
    reader.close()
    assert not reader.open, "<%s> is never closed" % reader.open[-1]
    assert reader.counts["script"] == 1, "scripts"
    return reader
