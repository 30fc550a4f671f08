#include "config.h"

#include "sample.h"

#include <string.h>

static const char *const arguments[] = {"/usr/bin/python", "leak.py"};

static const struct report_type cycle_types[] = {
	{"__main__.CGcLeak", 1, 424, "leak.py"}};

static const struct report_finalizer finalizers[] = {
	{"__main__.CGcLeak", "__del__", "leak.py", 9, -1}};

static const struct report_edge cycle[] = {
	{"__main__.CGcLeak", 1, 2, "._self", 0x7f00dead0010}};

static const struct report_line lines[] = {
	{"make_circle_ref", "leak.py", 13},
	{"test_gcleak", "leak.py", 31},
	{"<module>", "leak.py", 35},
};

static const struct report_type lost_types[] = {{"bytes", 30, 32153, NULL}};

static const struct report_native native[] = {{.function = "make_bytes",
					       .module = "/usr/lib/_lost.so",
					       .offset = 0x1f0,
					       .build_id = "0a1b"}};

static const struct report_missed missed[] = {
	{"frames", 3, "the stack was deeper than can be walked", false}};

struct finding
sample_finding(enum finding_kind kind, enum finding_reason reason)
{
	static const struct report_type type = {"A", 1, 56, NULL};
	struct finding f;

	memset(&f, 0, sizeof f);
	f.kind = kind;
	f.reason = reason;
	f.count = f.objects = 1;
	f.bytes = 56;
	f.types = &type;
	f.n_types = 1;
	f.refcount = f.references_found = f.references_lost = REPORT_UNKNOWN;
	f.growth_age_seconds = -1;
	f.is_printed = true;
	strcpy(f.fingerprint, finding_kind_name(kind));
	strcat(f.fingerprint, "-0123456789abcdef");
	return f;
}

static void
fill_findings(struct finding *f)
{
	f[0] = sample_finding(FINDING_UNCOLLECTABLE, REASON_LEGACY_FINALIZER);
	f[0].objects = 2;
	f[0].bytes = 424;
	f[0].types = cycle_types;
	f[0].finalizers = finalizers;
	f[0].n_finalizers = 1;
	f[0].cycle = cycle;
	f[0].n_cycle = 1;
	f[0].allocation_known = true;
	f[0].thread = "main";
	f[0].python = lines;
	f[0].n_python = 3;
	f[0].advice = "make ._self a weak reference (weakref.ref)";
	f[0].is_failing = true;

	f[1] = sample_finding(FINDING_LOST_REFERENCE, REASON_UNREFERENCED);
	f[1].count = f[1].objects = 30;
	f[1].bytes = 32153;
	f[1].types = lost_types;
	f[1].refcount = 1;
	f[1].references_found = 0;
	f[1].references_lost = 1;
	f[1].allocation_known = true;
	f[1].thread = "other";
	f[1].python = lines + 2;
	f[1].n_python = 1;
	f[1].native = native;
	f[1].n_native = 1;
}

static void
fill_costs(struct report *r)
{
	int k;

	r->gc_enabled = 1;
	r->thresholds[0] = 700;
	r->thresholds[1] = r->thresholds[2] = 10;
	r->garbage = 1;
	r->n_gc = 3;
	for (k = 0; k < 3; k++)
		r->gc[k] = (struct report_generation){k ? 1 : 39, 5, 0, 0, 0};
	r->gc[0].seconds = 0.0121;
	r->gc[0].longest_seconds = 0.001;
	r->pause_seconds = 0.0007;
	r->analysis_seconds = 0.038;
	r->table_bytes = 1 << 20;
	r->stacks = 12;
}

struct report *
sample_report(void)
{
	static struct finding findings[SAMPLE_FINDINGS];
	static struct report r;

	memset(&r, 0, sizeof r);
	r.tool_version = "1.0";
	r.pid = 4711;
	r.ppid = 1;
	r.exe = "/usr/bin/python2.7";
	r.argv = arguments;
	r.n_argv = 2;
	r.argv_known = true;
	r.host = "box";
	r.time = "2026-11-21T02:03:04Z";
	r.trigger = "exit";
	r.python_version = "2.7.18";
	r.linkage = "shared";
	r.tracking = "all";
	r.free_lists = "exact";
	r.reachability = true;
	r.missed = missed;
	r.n_missed = 1;
	fill_costs(&r);
	fill_findings(findings);
	r.findings = findings;
	r.n_findings = SAMPLE_FINDINGS;
	return &r;
}

struct report *
sample_unknown(void)
{
	static struct report r;
	int k;

	memset(&r, 0, sizeof r);
	r.pid = r.ppid = REPORT_UNKNOWN;
	r.debug = r.free_threaded = r.gc_enabled = -1;
	r.heap_objects = r.heap_tracked = r.permanent = r.unreachable =
		r.blocks = r.heap_bytes = r.debug_flags = r.garbage =
			r.table_bytes = r.stacks = REPORT_UNKNOWN;
	r.pause_seconds = r.analysis_seconds = -1;
	r.n_gc = 3;
	for (k = 0; k < 3; k++) {
		r.generations[k] = r.thresholds[k] = REPORT_UNKNOWN;
		r.gc[k] = (struct report_generation){
			REPORT_UNKNOWN, REPORT_UNKNOWN, REPORT_UNKNOWN, -1, -1};
	}
	return &r;
}
