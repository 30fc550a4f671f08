#include "config.h"

#include "report/filter.h"
#include "sample.h"
#include "tap.h"

#include <string.h>

#include "common/arena.h"
#include "common/baseline.h"
#include "common/buf.h"
#include "common/suppressions.h"
#include "report/json.h"

enum { TODAY = 20000 }; /* 2024-10-04 */

static struct suppressions s;
static struct buf said;

static void
use(const char *text)
{
	suppressions_fini(&s);
	buf_clear(&said);
	suppressions_parse(&s, "x", text, strlen(text), &said);
	is_string(buf_string(&said), "", "%s is a rule", text);
}

static struct finding
lost(void)
{
	static const struct report_type types[] = {
		{"pkg.Type", 1, 1, "/lib/pkg.so"}, {"bytes", 1, 1, NULL}};
	static const struct report_line lines[] = {{"inner", "/srv/a.py", 1},
						   {"outer", "/srv/b.py", 2}};
	static const struct report_native natives[] = {
		{.function = "make_it",
		 .module = "/usr/lib/libfoo.so.1",
		 .file = "make.c"}};
	struct finding f =
		sample_finding(FINDING_LOST_REFERENCE, REASON_UNREFERENCED);

	f.types = types;
	f.n_types = 2;
	f.python = lines;
	f.n_python = 2;
	f.native = natives;
	f.n_native = 1;
	return f;
}

static void
suppresses(const char *rule, bool wanted)
{
	struct finding f = lost();

	use(rule);
	filter_suppress(&s, &f, 1, TODAY);
	ok((f.state == STATE_SUPPRESSED) == wanted, "%s %s", rule,
	   wanted ? "suppresses" : "does not suppress");
}

static void
subjects(void)
{
	suppresses("leak:inner", true);
	suppresses("leak:^outer$", true);
	suppresses("leak:b.py", true);
	suppresses("leak:make_it", true);
	suppresses("leak:make.c", true);
	suppresses("leak:libfoo.so", true);
	suppresses("leak:^pkg.Type$", true);
	suppresses("leak:/lib/pkg.so", true);
	suppresses("leak:other", false);
	suppresses("lost-reference:inner", true);
	suppresses("lost-reference/unreferenced:inner", true);
	suppresses("lost-reference/surplus:inner", false);
	suppresses("uncollectable:inner", false);
	suppresses("type:bytes", true);
	suppresses("type:inner", false);
	suppresses("type:^Type", false);
	suppresses("fingerprint:lost-reference-0123456789abcdef", true);
	suppresses("fingerprint:lost-reference-0123456789abcdee", false);
	suppresses("until=2024-10-05 leak:inner", true);
	suppresses("until=2024-10-04 leak:inner", false);
}

static void
counting(void)
{
	struct finding list[3] = {lost(), lost(), lost()};
	struct report r = {0};
	struct arena a;

	arena_init(&a);
	use("until=2020-01-01 leak:inner\nleak:outer\ntype:bytes\nleak:no\n");
	list[1].state = STATE_STARTUP;
	list[2].state = STATE_SUPPRESSED;
	filter_suppress(&s, list, 3, TODAY);
	is_number(list[0].state, STATE_SUPPRESSED, "the second rule holds");
	is_number(list[1].state, STATE_STARTUP, "startup stays startup");
	ok(s.rules[0].is_used && !s.rules[0].findings,
	   "what is over has nothing to tell when another rule holds");
	is_number(s.rules[1].findings, 1, "the first in force counts");
	is_number(s.rules[1].bytes, 56, "its bytes");
	ok(!s.rules[2].is_used && !s.rules[3].is_used, "the rest is unused");
	filter_rows(&a, &s, TODAY, &r);
	ok(r.has_rules && r.n_rules == 1 && !r.rules[0].is_over &&
		   !strcmp(r.rules[0].rule, "leak:outer"),
	   "a row for the used one");
	use("until=2020-01-01 leak:inner\nuntil=2020-01-01 leak:outer");
	list[0] = lost();
	filter_suppress(&s, list, 1, TODAY);
	is_number(list[0].state, STATE_NEW, "what is over suppresses nothing");
	memset(&r, 0, sizeof r);
	filter_rows(&a, &s, TODAY, &r);
	ok(r.n_rules == 1 && r.rules[0].is_over && r.rules[0].findings == 1,
	   "and says so, once");
	arena_fini(&a);
}

static void
no_baseline(const char *text, const char *where)
{
	struct baseline b;

	buf_clear(&said);
	ok(!baseline_parse(&b, "b.json", text, strlen(text), &said) &&
		   strstr(buf_string(&said), where),
	   "no baseline: %s", text);
	if (!strstr(buf_string(&said), where))
		diag("%s", buf_string(&said));
	ok(!b.n && !baseline_has(&b, "growth-0123456789abcdef"),
	   "nothing is known then");
}

#define HEAD "{\"schema\": \"leakshim.report/1\", "
#define ID "\"fingerprint\": \"growth-0123456789abcdef\""

static void
bad_baselines(void)
{
	no_baseline("", "b.json:1:1: expected an object");
	no_baseline("[]", ":1:1: expected an object");
	no_baseline("{}", "it has no schema or no findings");
	no_baseline("{\"schema\": \"leakshim.report/2\", \"findings\": []}",
		    "expected a report of schema leakshim.report/1");
	no_baseline(HEAD "\"findings\": [{" ID "}]", "comma or a closing");
	no_baseline(HEAD "\"findings\": [{" ID "}]} x", "trailing data");
	no_baseline(HEAD "\"findings\": [{" ID ",}]}", "expected a string");
	no_baseline(HEAD "\"findings\": [{" ID "},]}", "expected an object");
	no_baseline(HEAD "\"findings\": [{}]}", "has no fingerprint");
	no_baseline(HEAD "\"findings\": {}}", "expected a list");
	no_baseline(HEAD "\"x\": [1, 2 3], \"findings\": []}", "a comma");
	no_baseline(HEAD "\"x\": tru, \"findings\": []}", "expected a value");
	no_baseline(HEAD "\"x\": 01, \"findings\": []}", "a comma");
	no_baseline(HEAD "\"x\": 1., \"findings\": []}", "a value");
	no_baseline(HEAD "\"x\": \"\\x\", \"findings\": []}", "invalid escape");
	no_baseline(HEAD "\"x\": \"\n\", \"findings\": []}",
		    "control character");
	no_baseline(HEAD "\n\n  \"x\" 1}", "b.json:3:7: expected a colon");
}

static void
baselines(void)
{
	static const char text[] =
		HEAD "\"x\": [{\"a\": [[], {}, -1.5e+3, null, \"\\u00e4\"]}], "
		     "\"findings\": [{\"state\": \"known\", " ID "},"
		     "{" ID "}, {\"fingerprint\": \"collected-1\", "
		     "\"state\": \"suppressed\"}]}";
	struct report *r = sample_report();
	struct baseline b;
	struct buf json;

	buf_clear(&said);
	ok(baseline_parse(&b, "b", text, sizeof text - 1, &said), "a baseline");
	is_string(buf_string(&said), "", "without a complaint");
	is_number(b.n, 1, "each fingerprint once");
	ok(baseline_has(&b, "growth-0123456789abcdef"), "it is known");
	ok(!baseline_has(&b, "collected-1"), "what was suppressed is not");
	baseline_fini(&b);
	buf_init(&json);
	report_json(&json, r, true);
	ok(baseline_parse(&b, "b", json.data, json.len, &said), "a report");
	filter_know(&b, r->findings, r->n_findings);
	ok(r->findings[0].state == STATE_KNOWN &&
		   r->findings[1].state == STATE_KNOWN,
	   "its findings are known");
	baseline_fini(&b);
	buf_fini(&json);
}

static void
is_known(const struct finding *f, int64_t count, const char *text, bool wanted)
{
	struct baseline b;
	struct finding g = *f;

	g.count = count;
	ok(baseline_parse(&b, "b.json", text, strlen(text), &said) &&
		   filter_is_known(&b, &g) == wanted,
	   "%ld of %s are%s known", (long)count, text, wanted ? "" : " not");
	baseline_fini(&b);
}

/* At an unknown place they are known by their number. */
static void
numbers(void)
{
#define HAS(count) HEAD "\"findings\": [{" ID ", \"count\": " count "}]}"
	struct finding f = lost();

	strcpy(f.fingerprint, "growth-0123456789abcdef");
	is_known(&f, 1000, HAS("3"), true);
	f.n_python = 0;
	is_known(&f, 3, HAS("3"), true);
	is_known(&f, 4, HAS("3"), false);
	is_known(&f, 1, HEAD "\"findings\": [{" ID "}]}", false);
	is_known(&f, 1, HAS("null"), false);
	is_known(&f, 1, HAS("-5"), false);
	is_known(&f, 1, HAS("1.5"), false);
	is_known(&f, 7, HAS("99999999999999999999"), true);
	is_known(&f, 6,
		 HEAD "\"findings\": [{" ID ", \"count\": 2}, {" ID
		      ", \"count\": 4}]}",
		 true);
	f.types = &(const struct report_type){"(memory)", 1, 1, NULL};
	f.n_types = 1;
	is_known(&f, 1000, HAS("3"), true);
	f.n_native = 0;
	is_known(&f, 4, HAS("3"), false);
}

int
main(void)
{
	subjects();
	counting();
	bad_baselines();
	numbers();
	baselines();
	suppressions_fini(&s);
	buf_fini(&said);
	return tap_done();
}
