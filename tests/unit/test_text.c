#include "config.h"

#include "report/text.h"
#include "report/text_audit.h"
#include "sample.h"
#include "tap.h"

#include <string.h>

#include "common/buf.h"

static struct buf out;
static struct text_style style;

static const char *
text(const struct report *r)
{
	buf_clear(&out);
	report_text(&out, r, &style);
	return buf_string(&out);
}

/* The report with this one finding alone. */
static const char *
text_of(struct finding *f)
{
	struct report *r = sample_report();

	r->findings = f;
	r->n_findings = 1;
	return text(r);
}

static void
has(const char *report, const char *part)
{
	if (!ok(strstr(report, part), "says %s", part))
		diag("%s", report);
}

static void
has_not(const char *report, const char *part)
{
	if (!ok(!strstr(report, part), "does not say %s", part))
		diag("%s", report);
}

static void
whole(void)
{
	static const char want[] =
		"==leakshim:4711== CPython 2.7.18 (shared), python leak.py, "
		"at exit\n"
		"==leakshim:4711== 2 findings: 2 objects uncollectable (424 "
		"bytes), 30 lost references (31.4 KiB)\n"
		"\n"
		"UNCOLLECTABLE 1 cycle, 2 objects, 424 bytes: "
		"__main__.CGcLeak has a finalizer in a reference cycle\n"
		"    __main__.CGcLeak  refcount 1, generation 2\n"
		"      ._self -> __main__.CGcLeak (back to the start)\n"
		"    finalizer __main__.CGcLeak.__del__ at leak.py:9\n"
		"  allocated at (innermost frame first)\n"
		"    File \"leak.py\", line 13, in make_circle_ref\n"
		"    File \"leak.py\", line 31, in test_gcleak\n"
		"    File \"leak.py\", line 35, in <module>\n"
		"  to fix: make ._self a weak reference (weakref.ref)\n"
		"  [uncollectable-0123456789abcdef]\n"
		"\n"
		"LOST REFERENCE 30 objects of bytes, 31.4 KiB: reference "
		"count 1, nothing points to them\n"
		"  allocated by another thread at\n"
		"    make_bytes in /usr/lib/_lost.so+0x1f0\n"
		"    File \"leak.py\", line 35, in <module>\n"
		"  [lost-reference-0123456789abcdef]\n"
		"\n"
		"==leakshim:4711== SUMMARY: 2 findings, 32 objects, 31.8 KiB; "
		"gc 41 collections, 12.1 ms; analysis 38 ms, paused 0.7 ms\n";

	is_string(text(sample_report()), want, "the report that SPEC shows");
}

static void
empty(void)
{
	struct report *r = sample_report();

	r->n_findings = 0;
	is_string(text(r),
		  "==leakshim:4711== SUMMARY: 0 findings, 0 objects, 0 bytes; "
		  "gc 41 collections, 12.1 ms; analysis 38 ms, paused 0.7 "
		  "ms\n",
		  "no finding: one line");
	ok(!report_has_news(r), "which is no news");
	is_string(text(sample_unknown()),
		  "==leakshim== SUMMARY: 0 findings, 0 objects, 0 bytes\n",
		  "and what is unknown is not said");
}

/* Python frames stand where the loop runs them; what is left over, below. */
static void
spliced(void)
{
	static const struct report_line lines[] = {{"key", "a.py", 1},
						   {"sort", "a.py", 2},
						   {"main", "a.py", 3},
						   {"<module>", "a.py", 4}};
	static const struct report_native frames[] = {
		{.function = "grab",
		 .module = "/x/m.so",
		 .offset = 16,
		 .file = "m.c",
		 .line = 7},
		{.function = "loop", .module = "/x/python", .n_python = 1},
		{.function = "list_sort", .module = "/x/python", .offset = 32},
		{.function = "loop", .module = "/x/python", .n_python = 2}};
	struct report *r = sample_report();
	struct finding *f = &r->findings[1];
	const char *s;

	f->python = lines;
	f->n_python = 4;
	f->native = frames;
	f->n_native = 4;
	s = text(r);
	ok(strstr(s, "    grab in m.so at m.c:7\n"
		     "    File \"a.py\", line 1, in key\n"
		     "    list_sort in /x/python+0x20\n"
		     "    File \"a.py\", line 2, in sort\n"
		     "    File \"a.py\", line 3, in main\n"
		     "    File \"a.py\", line 4, in <module>\n"),
	   "native frames are spliced");
}

static void
header(void)
{
	struct report *r = sample_report();
	char longer[300];
	const char *argv[] = {"python3", "-c", "a\nb\x1b[2J", longer, "x"};

	r->debug = 1;
	r->trigger = "request";
	r->argv = argv;
	r->n_argv = 3;
	has(text(r),
	    "CPython 2.7.18 (shared, debug), python3 -c a\\nb\\x1b[2J, "
	    "on request\n");
	memset(longer, 'y', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	r->n_argv = 5;
	ok(!strstr(text(r), longer) && strstr(text(r), "yyy..., on request\n"),
	   "a long command line is cut");
	r->n_argv = 0;
	r->linkage = NULL;
	r->trigger = NULL;
	r->debug = 0;
	has(text(r), "CPython 2.7.18, python2.7, at an unknown moment\n");
	r->trigger = "exit";
	r->exe = "";
	has(text(r), "CPython 2.7.18, at exit\n");
	r->exe = NULL;
	has(text(r), "CPython 2.7.18, at exit\n");
}

static void
cycles(void)
{
	struct finding f = sample_finding(FINDING_UNREACHABLE, REASON_PENDING);
	struct report_edge edges[20];
	struct report_type types[] = {{"m.A", 2, 10, NULL},
				      {"list", 4, 10, NULL}};
	size_t i;

	for (i = 0; i < 20; i++)
		edges[i] = (struct report_edge){i % 2 ? "list" : "m.A", 1, -1,
						i % 2 ? "[0]" : ".kids", 0};
	edges[1].edge = NULL;
	edges[1].refcount = REPORT_UNKNOWN;
	edges[1].generation = 3;
	f.cycle = edges;
	f.n_cycle = 2;
	f.types = types;
	f.n_types = 2;
	has(text_of(&f), "    m.A  refcount 1\n"
			 "      .kids -> list\n"
			 "    list  refcount unknown, permanent generation\n"
			 "      (an unnamed reference) -> m.A (back to the "
			 "start)\n"
			 "    in all: 2 m.A, 4 list\n");
	f.n_cycle = 13;
	has_not(text_of(&f), "more members");
	f.n_cycle = 20;
	has(text_of(&f), "    ... 8 more members\n    m.A");
	f.n_cycle = 6;
	has_not(text_of(&f), "in all");
	edges[0].edge = NULL;
	f.n_cycle = 1;
	has_not(text_of(&f), "back to the start");
	style.with_addresses = true;
	edges[0].address = 0xabc;
	has(text_of(&f), "m.A  refcount 1, at 0xabc\n");
	style.with_addresses = false;
}

static void
headlines(void)
{
	static const struct {
		enum finding_kind kind;
		enum finding_reason reason;
		const char *want;
	} cases[] = {
		{FINDING_UNCOLLECTABLE, REASON_NOT_CLEARABLE,
		 "UNCOLLECTABLE 1 cycle, 1 object, 56 bytes: still there after "
		 "a full collection: nothing in the cycle through A can be "
		 "cleared\n"},
		{FINDING_UNCOLLECTABLE, REASON_GARBAGE,
		 ": gc.garbage alone holds A\n"},
		{FINDING_UNCOLLECTABLE, REASON_DEBUG_SAVEALL,
		 ": A is in gc.garbage, only because gc.DEBUG_SAVEALL"},
		{FINDING_UNREACHABLE, REASON_PENDING,
		 "UNREACHABLE 1 cycle, 1 object, 56 bytes: a cycle through A "
		 "waits for a collection\n"},
		{FINDING_UNREACHABLE, REASON_GC_DISABLED,
		 ": a cycle through A, and the collector is disabled\n"},
		{FINDING_UNREACHABLE, REASON_FROZEN,
		 ": a cycle through A was frozen by gc.freeze()"},
		{FINDING_RESURRECTED, REASON_NONE,
		 "RESURRECTED 1 object of A, 56 bytes: alive although"},
		{FINDING_LOST_REFERENCE, REASON_UNREFERENCED,
		 "LOST REFERENCE 1 object of A, 56 bytes: nothing points to "
		 "it\n"},
		{FINDING_LOST_REFERENCE, REASON_SURPLUS,
		 ": more than the references that exist\n"},
		{FINDING_HIDDEN_CYCLE, REASON_NO_GC_FLAG,
		 "HIDDEN CYCLE 1 cycle, 1 object, 56 bytes: the collector "
		 "cannot see the cycle: ext.T has no Py_TPFLAGS_HAVE_GC\n"},
		{FINDING_GROWTH, REASON_NONE,
		 "GROWTH 1 object of A, 56 bytes: their number grows from "
		 "check to check: 10, 20\n"},
		{FINDING_COLLECTED, REASON_NONE,
		 "COLLECTED 1 cycle, 1 object, 56 bytes: the collector, not "
		 "the last reference, freed A\n"},
	};
	static const int64_t checks[] = {10, 20};
	struct report_edge edge = {"A", 1, 0, ".x", 0};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct finding f =
			sample_finding(cases[i].kind, cases[i].reason);

		f.cycle = &edge;
		f.n_cycle = 1;
		if (f.kind == FINDING_HIDDEN_CYCLE)
			f.hidden_type = "ext.T";
		if (f.kind == FINDING_GROWTH) {
			f.growth_checks = checks;
			f.n_growth_checks = 2;
		}
		has(text_of(&f), cases[i].want);
	}
}

static void
facts(void)
{
	struct finding f =
		sample_finding(FINDING_HIDDEN_CYCLE, REASON_FOREIGN_MEMORY);
	struct report_finalizer z = {
		"generator", "suspended in try/finally or with", NULL, 0, 1};
	struct report_finalizer bytes = {"_io.BytesIO", "__del__", NULL, 0, 0};
	struct report_edge edge[] = {{"tarfile.TarFile", 1, 0, ".me", 0}};
	struct report_holder path[] = {{"module", ".cache"}, {"dict", NULL}};
	struct report_type memory = {"(memory)", 3, 1024, NULL};

	f.hidden_type = "ext.T";
	f.hidden_module_file = "/x/ext.so";
	f.hidden_member = "->callback";
	f.finalizers = &z;
	f.n_finalizers = 1;
	f.held_by = path;
	f.n_held_by = 2;
	has(text_of(&f), "    hidden by ext.T, its ->callback, from "
			 "/x/ext.so\n");
	has(text_of(&f), "    finalizer generator suspended in try/finally or "
			 "with (has run)\n");
	has(text_of(&f), "    held by module .cache -> dict\n");
	f.kind = FINDING_UNCOLLECTABLE;
	f.reason = REASON_LEGACY_FINALIZER;
	has(text_of(&f), ": generator is suspended in try/finally or with, in "
			 "a reference cycle\n");
	/* A finalizer that hangs on the cycle is not said to be in it. */
	f = sample_finding(FINDING_UNREACHABLE, REASON_PENDING);
	f.cycle = edge;
	f.n_cycle = 1;
	f.finalizers = &bytes;
	f.n_finalizers = 1;
	has(text_of(&f), ": a cycle through tarfile.TarFile waits for a "
			 "collection, the finalizer of _io.BytesIO has not "
			 "run\n");
	bytes.type = "tarfile.TarFile";
	has(text_of(&f), ": a cycle through tarfile.TarFile waits for a "
			 "collection, its finalizer has not run\n");
	f = sample_finding(FINDING_LOST_REFERENCE, REASON_UNREFERENCED);
	f.types = &memory;
	f.objects = 3;
	has(text_of(&f), "LOST REFERENCE 3 blocks of memory, 56 bytes: "
			 "nothing points to them\n");
	f.refcount = 3;
	f.references_found = 2;
	f.reason = REASON_SURPLUS;
	has(text_of(&f), ": reference count 3, but only 2 references were "
			 "found\n");
}

static void
unknown_places(void)
{
	struct finding f = sample_finding(FINDING_UNREACHABLE, REASON_FROZEN);
	struct report_missed why = {"backtraces", REPORT_UNKNOWN,
				    "no hooks here", true};
	struct report *r = sample_report();

	r->findings = &f;
	r->n_findings = 1;
	has(text(r), "  allocated at an unknown place: no Python code was "
		     "running");
	r->tracking = "none";
	has(text(r), "unknown place: track=none");
	r->tracking = "sample";
	has(text(r), "unknown place: it is not among the sampled");
	r->tracking = NULL;
	r->missed = &why;
	has(text(r), "unknown place: no hooks here\n");
	f.state = STATE_STARTUP;
	has(text(r), "unknown place: it was before the program's first line");
	has(text(r), " (startup: older than the program's first line)\n");
	f.state = STATE_KNOWN;
	has(text(r), " (known: it is in the baseline)\n");
}

static void
extra_lines(void)
{
	struct report_missed failed = {"analysis", REPORT_UNKNOWN, "too late",
				       true};
	struct report *r = sample_report();

	has_not(text(r), "missed:");
	style.with_missed = true;
	has(text(r), "==leakshim:4711== missed: frames (3): the stack was");
	style.with_missed = false;
	r->free_lists = "approximate";
	has(text(r), "free lists are approximate");
	r->rest[FINDING_UNREACHABLE].objects = 7;
	r->rest[FINDING_UNREACHABLE].bytes = 2048;
	has(text(r), "\n\n==leakshim:4711== 7 objects of cyclic garbage "
		     "pending (2.0 KiB): a collection would free them; "
		     "kinds=all shows them\n==leakshim:4711== SUMMARY: 2 ");
	r->findings[SAMPLE_CYCLE].is_printed = false;
	r->rest[FINDING_UNCOLLECTABLE] = r->cut[FINDING_UNCOLLECTABLE] =
		(struct report_sum){1, 1, 2, 424};
	has(text(r), "==leakshim:4711== 1 finding is counted but not shown: "
		     "max_findings=N shows more\n");
	has(text(r), "==leakshim:4711== 2 findings: 2 objects");
	r->findings[SAMPLE_LOST].is_printed = false;
	has(text(r), "SUMMARY: 1 finding, 2 objects, 424 bytes");
	ok(report_has_news(r), "a finding beyond max_findings is news");
	r->cut[FINDING_UNCOLLECTABLE] = (struct report_sum){0};
	ok(!report_has_news(r), "findings that are not printed are no news");
	r->missed = &failed;
	ok(report_has_news(r), "a failed analysis is");
	is_string(
		text(r),
		"==leakshim:4711== 7 objects of cyclic garbage pending (2.0 "
		"KiB): a collection would free them; kinds=all shows them\n"
		"==leakshim:4711== missed: analysis: too late\n"
		"==leakshim:4711== SUMMARY: incomplete: 0 findings, 0 objects, "
		"0 bytes; "
		"gc 41 collections, 12.1 ms; analysis 38 ms, paused 0.7 "
		"ms\n",
		"and always said");
	r->analysis_seconds = 12.34;
	has(text(r), "; analysis 12.3 s, paused");
}

static void
audits(void)
{
	struct report_audit rows[] = {
		{"m.A", "/m.so", AUDIT_MISSING_TRAVERSE, 24, "second", 20,
		 "list", "visit it"},
		{"m.Longer", NULL, AUDIT_NO_GC_FLAG, 128, NULL, 3, "dict",
		 NULL},
		{"m.T", NULL, AUDIT_TYPE_NOT_VISITED, 8, "ob_type", 1, "type",
		 NULL},
	};
	struct report *r = sample_report();

	has_not(text(r), "audit:");
	r->has_audit = true;
	has(text(r), "audit: no living type hides references from the "
		     "collector\n");
	ok(!audit_hides(r), "nothing is hidden");
	r->audit = &rows[2];
	r->n_audit = 1;
	ok(!audit_hides(r), "a type that is not visited hides no cycle");
	r->audit = rows;
	r->n_audit = 2;
	ok(audit_hides(r), "a member does");
	has(text(r),
	    "audit: 2 fields hide references from the collector\n\n"
	    "REASON            TYPE      OFFSET  MEMBER  SEEN IN  HOLDS\n"
	    "missing-traverse  m.A           24  second       20  list\n"
	    "    in /m.so\n"
	    "    to fix: visit it\n"
	    "no-gc-flag        m.Longer     128  -             3  dict\n");
	rows[0].type = "\033[1mA";
	has(text(r), "\\x1b[1mA");
}

static void
dangerous(void)
{
	struct finding f = sample_finding(FINDING_UNREACHABLE, REASON_PENDING);
	struct report_edge edge = {"m.\x1b[31mA", 1, 0, "['a\nb']", 0};
	struct report_line line = {"f\n", "x\r.py", 0};

	f.cycle = &edge;
	f.n_cycle = 1;
	f.python = &line;
	f.n_python = 1;
	f.advice = "remove ['a\nb']";
	has(text_of(&f),
	    "    m.\\x1b[31mA  refcount 1, generation 0\n"
	    "      ['a\\nb'] -> m.\\x1b[31mA (back to the start)\n");
	has(text_of(&f), "    File \"x\\x0d.py\", in f\\n\n");
	has(text_of(&f), "  to fix: remove ['a\\nb']\n");
	ok(!strchr(text_of(&f), '\033'), "no escape sequence gets through");
	style.colour = true;
	has(text_of(&f), "\033[1;33mUNREACHABLE\033[0m 1 cycle");
	f.is_failing = true;
	has(text_of(&f), "\033[1;31mUNREACHABLE\033[0m 1 cycle");
	style.colour = false;
}

int
main(void)
{
	buf_init(&out);
	whole();
	empty();
	spliced();
	header();
	cycles();
	headlines();
	facts();
	unknown_places();
	extra_lines();
	dangerous();
	audits();
	buf_fini(&out);
	return tap_done();
}
