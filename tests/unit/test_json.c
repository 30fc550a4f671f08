#include "config.h"

#include "report/json.h"
#include "sample.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"

static struct buf out;

static const char *
json(const struct report *r, bool with_addresses)
{
	buf_clear(&out);
	report_json(&out, r, with_addresses);
	return buf_string(&out);
}

static void
has(const char *text, const char *part)
{
	if (!ok(strstr(text, part), "has %s", part))
		diag("%s", text);
}

static void
fields(void)
{
	const char *s = json(sample_report(), false);

	has(s,
	    "{\n  \"schema\": \"leakshim.report/1\",\n  \"tool\": {\"name\": "
	    "\"leakshim\", \"version\": \"1.0\"},\n");
	has(s, "\"argv\": [\"/usr/bin/python\", \"leak.py\"]");
	has(s, "\"gc\": {\"enabled\": true, \"thresholds\": [700, 10, 10], "
	       "\"debug_flags\": 0, \"garbage\": 1, \"generations\": [\n");
	has(s, "      {\"collections\": 39, \"collected\": 5, "
	       "\"uncollectable\": 0, \"seconds\": 0.012100, "
	       "\"longest_seconds\": 0.001000},\n");
	has(s, "    \"uncollectable\": {\"findings\": 1, \"objects\": 2, "
	       "\"bytes\": 424},\n");
	has(s, "    \"growth\": {\"findings\": 0, \"objects\": 0, \"bytes\": "
	       "0},\n");
	has(s, "      \"kind\": \"uncollectable\", \"reason\": "
	       "\"legacy-finalizer\", \"state\": \"new\",\n"
	       "      \"count\": 1, \"objects\": 2, \"bytes\": 424,\n");
	has(s, "      \"cycle\": [\n"
	       "        {\"type\": \"__main__.CGcLeak\", \"refcount\": 1, "
	       "\"generation\": 2, \"edge\": \"._self\"}\n      ],\n");
	has(s, "\"references\": null,\n      \"hidden_by\": null,\n      "
	       "\"growth\": null,\n      \"held_by\": null,\n");
	has(s, "\"references\": {\"refcount\": 1, \"found\": 0, \"lost\": 1}");
	has(s, "\"allocated\": {\"thread\": \"main\", \"python\": [\n");
	has(s, "\"native\": [], \"known\": true},\n");
	has(s, "\"offset\": 496, \"file\": null, \"line\": null, "
	       "\"build_id\": \"0a1b\", \"runs\": 0}\n");
	has(s, "      \"advice\": null\n    }\n  ]\n}\n");
	ok(!strstr(s, "address"), "addresses are left out");
	has(json(sample_report(), true), "\"address\": \"0x7f00dead0010\"");
}

static void
unknown(void)
{
	const char *s = json(sample_unknown(), false);

	has(s, "\"process\": {\"pid\": null, \"ppid\": null, \"exe\": null, "
	       "\"argv\": null, \"host\": null, \"time\": null, \"trigger\": "
	       "null},\n");
	has(s, "\"heap\": {\"objects\": null, \"tracked\": null, "
	       "\"generations\": [null, null, null], ");
	has(s, "\"cost\": {\"pause_seconds\": null, \"analysis_seconds\": "
	       "null, \"table_bytes\": null, \"stacks\": null},\n");
	has(s, "\"findings\": []\n}\n");
}

/* What is not printed is still counted in the summary. */
static void
counted_only(void)
{
	struct report *r = sample_report();
	const char *s;

	r->findings[SAMPLE_CYCLE].is_printed = false;
	r->rest[FINDING_UNCOLLECTABLE] = (struct report_sum){1, 1, 2, 424};
	s = json(r, false);
	ok(!strstr(s, "_self"), "a finding that is not printed is left out");
	has(s, "\"uncollectable\": {\"findings\": 1, \"objects\": 2, ");
}

/* A finding with all that findings can have, and text that needs escapes. */
static struct report *
everything(void)
{
	static const int64_t checks[] = {1, 2, 3};
	static const struct report_holder path[] = {{"module \"m\"", NULL},
						    {"dict", "['\\']"}};
	static struct report_edge edge = {"\xff\x01", REPORT_UNKNOWN, -1, NULL,
					  0};
	static struct finding f[2];
	struct report *r = sample_report();

	f[0] = sample_finding(FINDING_GROWTH, REASON_NONE);
	f[0].growth_checks = checks;
	f[0].n_growth_checks = 3;
	f[0].growth_age_seconds = 1.5;
	f[0].growth_path = path;
	f[0].n_growth_path = 2;
	f[0].held_by = path;
	f[0].n_held_by = 1;
	f[0].state = STATE_SUPPRESSED;
	f[1] = sample_finding(FINDING_HIDDEN_CYCLE, REASON_MISSING_TRAVERSE);
	f[1].hidden_type = "ext.T";
	f[1].cycle = &edge;
	f[1].n_cycle = 1;
	f[1].state = STATE_KNOWN;
	r->findings = f;
	r->n_findings = 2;
	return r;
}

static void
special(void)
{
	const char *s = json(everything(), true);

	has(s, "\"growth\": {\"checks\": [1, 2, 3], \"age_seconds\": 1.500000, "
	       "\"path\": [{\"type\": \"module \\\"m\\\"\", \"edge\": null}, "
	       "{\"type\": \"dict\", \"edge\": \"['\\\\']\"}]},\n");
	has(s, "\"held_by\": [{\"type\": \"module \\\"m\\\"\", \"edge\": "
	       "null}],\n");
	has(s, "\"hidden_by\": {\"type\": \"ext.T\", \"module_file\": null, "
	       "\"member\": null},\n");
	has(s, "{\"type\": \"\xef\xbf\xbd\\u0001\", \"refcount\": null, "
	       "\"generation\": null, \"edge\": null, \"address\": null}");
}

/* Every interpreter may lack the module: the first that has it judges. */
static const char script[] =
	"for p in python3 /usr/bin/python3; do\n"
	"	$p -c 'import jsonschema' 2>/dev/null || continue\n"
	"	$p - \"$1\" \"$2\" <<'END'\n"
	"import json, jsonschema, sys\n"
	"schema = json.load(open(sys.argv[1]))\n"
	"judge = jsonschema.validators.validator_for(schema)(schema)\n"
	"faults = list(judge.iter_errors(json.load(open(sys.argv[2]))))\n"
	"for f in faults:\n"
	"	print('#', list(f.absolute_path), f.message)\n"
	"sys.exit(1 if faults else 0)\n"
	"END\n"
	"	exit $?\n"
	"done\n"
	"exit 77\n";

static void
is_valid(const struct report *r, bool with_addresses, const char *what)
{
	const char *top = getenv("TOP_SRCDIR");
	char name[] = "test_json.XXXXXX", command[8192];
	int status, fd;

	if (!top) {
		skip(what, "TOP_SRCDIR is not set");
		return;
	}
	json(r, with_addresses);
	fd = mkstemp(name);
	if (!ok(fd >= 0 && write(fd, out.data, out.len) == (ssize_t)out.len,
		"%s is written", what))
		return;
	close(fd);
	snprintf(command, sizeof command,
		 "set -- '%s/src/report/leakshim-report-1.schema.json' %s\n%s",
		 top, name, script);
	/* NOLINTNEXTLINE(cert-env33-c): a test's own words */
	status = system(command);
	if (status == 77 << 8)
		skip(what, "no python3 has the module jsonschema");
	else
		ok(status == 0, "%s follows the schema", what);
	unlink(name);
}

int
main(void)
{
	buf_init(&out);
	fields();
	unknown();
	counted_only();
	special();
	is_valid(sample_report(), false, "the report that SPEC shows");
	is_valid(sample_report(), true, "the report with addresses");
	is_valid(sample_unknown(), false, "a report that knows nothing");
	is_valid(everything(), true, "a report with all there is");
	buf_fini(&out);
	return tap_done();
}
