#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "formats/catalog.h"
#include "formats/escape.h"
#include "formats/formats.h"
#include "report/report.h"
#include "sample.h"
#include "tap.h"

/*
 * Reports come with any bytes in their strings, also with those that no JSON
 * could bring; what the readers of the formats make of the rest is in
 * tests/matrix/test_fuzz_formats.py.
 */
enum { ROUNDS = 400, MAX_BYTES = 60 };

/* ---- escaping ---- */

static void
is_escaped(const char *in, enum escape how, const char *want)
{
	static int number;
	struct buf b;

	buf_init(&b);
	buf_put(&b, "head ");
	escape_put(&b, in, how);
	is_string(buf_string(&b) + 5, want, "escape %d, text %d", (int)how,
		  ++number);
	buf_fini(&b);
}

static void
test_escape(void)
{
	struct buf b;

	is_escaped("<a b='\"&\">", ESCAPE_XML,
		   "&lt;a b=&#39;&quot;&amp;&quot;&gt;");
	is_escaped("x\xef\xbf\xbey\xef\xbf\xbf", ESCAPE_XML,
		   "x\xef\xbf\xbdy\xef\xbf\xbd");
	is_escaped("\x01\x1b[31m\n\x7f", ESCAPE_XML, "\\x01\\x1b[31m\\n\\x7f");
	is_escaped("\"\\N\\\" &amp; \n", ESCAPE_DOT,
		   "\\\"\\\\N\\\\\\\" &amp;amp; \\\\n");
	is_escaped("a;b\nc 1", ESCAPE_FOLDED, "a:b\\nc 1");
	is_escaped("a\"b\\c\n", ESCAPE_LABEL, "a\\\"b\\\\c\\\\n");
	is_escaped("100%\r\n::error::x", ESCAPE_GITHUB,
		   "100%25\\x0d\\n::error::x");
	is_escaped("a,line=1::%0A", ESCAPE_PROPERTY, "a%2Cline=1%3A%3A%250A");
	is_escaped("\xff\xc3(", ESCAPE_LABEL, "\xef\xbf\xbd\xef\xbf\xbd(");
	is_escaped(NULL, ESCAPE_XML, "");
	buf_init(&b);
	escape_lines(&b, "<\n\n&\tx\n", ESCAPE_XML);
	is_string(buf_string(&b), "&lt;\n\n&amp;\\tx\n", "lines stay lines");
	buf_clear(&b);
	escape_uri(&b, "/a b/\xc3\xa4%:?#.py");
	is_string(buf_string(&b), "/a%20b/%C3%A4%25%3A%3F%23.py", "a URI");
	buf_fini(&b);
}

/* ---- kinds ---- */

static void
test_catalog(void)
{
	static const struct {
		enum finding_kind kind;
		enum finding_reason reason;
	} wanted[] = {
#define KIND(name, word) {FINDING_##name, REASON_NONE},
#define REASON(name, kind, word) {FINDING_##kind, REASON_##name},
#include "common/kinds.def"
#undef KIND
#undef REASON
	};
	enum finding_kind kind;
	enum finding_reason reason;
	bool has_reasons[FINDING_KINDS] = {false};
	size_t i, n_lacking = 0;

	for (i = 0; i < sizeof wanted / sizeof *wanted; i++)
		has_reasons[wanted[i].kind] |= wanted[i].reason != REASON_NONE;
	for (i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		bool is_pair = wanted[i].reason != REASON_NONE ||
			       !has_reasons[wanted[i].kind];

		n_lacking += is_pair != !!*catalog_meaning(wanted[i].kind,
							   wanted[i].reason);
	}
	is_number(n_lacking, 0, "every kind and reason has its meaning");
	for (i = 0; catalog_pair(i, &kind, &reason); i++)
		;
	is_number(i, 16, "pairs of kind and reason");
	ok(catalog_fails(FINDING_UNREACHABLE, REASON_FROZEN) &&
		   !catalog_fails(FINDING_UNREACHABLE, REASON_PENDING),
	   "what fails by default");
}

/* ---- any bytes in any string ---- */

/* Half of it what means something somewhere. */
static const char *
hostile(void)
{
	static const char *const words[] = {
		"</script>",
		"<!--",
		"]]>",
		"&lt;",
		"\"",
		"'",
		"\\",
		"\\N",
		"%0A",
		"::error::",
		";",
		"\n",
		"\r\n",
		"\t",
		"# EOF",
		"} 1",
		"\xef\xbf\xbe",
		"\xe2\x80\xae",
		"\xf0\x9f\x90\x8d",
		"\xc2\x9b",
		"\x1b[31m",
		"\x7f",
		"<",
		">",
		"{",
		"}",
		"[",
		"]",
		"|",
		" ",
		",",
	};
	static char pool[128][2 * MAX_BYTES];
	static unsigned next;
	char *out = pool[next++ % 128];
	size_t n = 0, length = random_below(MAX_BYTES);

	while (n < length) {
		const char *word =
			words[random_below(sizeof words / sizeof *words)];

		if (random_below(2)) {
			out[n++] = (char)(1 + random_below(255));
		} else {
			memcpy(out + n, word, strlen(word));
			n += strlen(word);
		}
	}
	out[n] = '\0';
	return out;
}

/* Mostly hostile, sometimes not known. */
static const char *
maybe(void)
{
	return random_below(5) ? hostile() : NULL;
}

static struct finding
hostile_finding(enum finding_kind kind, enum finding_reason reason)
{
	static struct report_type types[2];
	static struct report_finalizer finalizers[1];
	static struct report_edge cycle[3];
	static struct report_line lines[2];
	static struct report_native native[2];
	static struct report_holder holders[2];
	struct finding f = sample_finding(kind, reason);
	size_t i;

	for (i = 0; i < 2; i++) {
		types[i] = (struct report_type){hostile(), 1, 2, maybe()};
		lines[i] = (struct report_line){maybe(), maybe(), (int)i};
		native[i] = (struct report_native){.function = maybe(),
						   .module = maybe(),
						   .offset = 16,
						   .build_id = maybe(),
						   .file = maybe(),
						   .n_python = 0};
		holders[i] = (struct report_holder){maybe(), maybe()};
	}
	for (i = 0; i < 3; i++)
		cycle[i] = (struct report_edge){hostile(), 1, 3, maybe(), 0};
	finalizers[0] =
		(struct report_finalizer){hostile(), hostile(), maybe(), 7, 0};
	f.types = types, f.n_types = 2;
	f.finalizers = finalizers, f.n_finalizers = 1;
	f.cycle = cycle, f.n_cycle = 3;
	f.python = lines, f.n_python = 2;
	f.native = native, f.n_native = 2;
	f.held_by = f.growth_path = holders, f.n_held_by = 2;
	f.n_growth_path = 2;
	f.hidden_type = maybe(), f.hidden_member = maybe();
	f.hidden_module_file = maybe();
	f.thread = maybe(), f.advice = maybe();
	strncpy(f.fingerprint, hostile(), sizeof f.fingerprint - 1);
	f.fingerprint[sizeof f.fingerprint - 1] = '\0';
	f.state = (enum finding_state)random_below(STATE_STARTUP + 1);
	return f;
}

static const struct report *
hostile_report(void)
{
	static struct report_missed missed;
	static const char *argv[3];
	static struct finding finding;
	struct report *r = sample_report();
	enum finding_kind kind = FINDING_GROWTH;
	enum finding_reason reason = REASON_NONE;
	size_t i;

	catalog_pair(random_below(16), &kind, &reason);
	finding = hostile_finding(kind, reason);
	for (i = 0; i < 3; i++)
		argv[i] = hostile();
	missed = (struct report_missed){hostile(), 1, maybe(), true};
	r->missed = &missed, r->n_missed = 1;
	r->argv = argv, r->n_argv = 3;
	r->exe = maybe(), r->host = maybe(), r->time = maybe();
	r->trigger = maybe(), r->tool_version = maybe();
	r->python_version = maybe(), r->linkage = maybe();
	r->tracking = maybe(), r->free_lists = maybe();
	r->findings = &finding, r->n_findings = 1;
	return r;
}

/* As buf_shown() has it: a second time must change nothing. */
static bool
is_clean_text(const struct buf *text)
{
	struct buf again;
	bool is_same;
	size_t i, start = 0;

	buf_init(&again);
	for (i = 0; i <= text->len; i++) {
		if (i < text->len && text->data[i] != '\n' &&
		    text->data[i] != '\t')
			continue;
		buf_shown(&again, text->data + start, i - start);
		if (i < text->len)
			buf_putc(&again, text->data[i]);
		start = i + 1;
	}
	is_same = again.len == text->len &&
		  (!text->len || !memcmp(again.data, text->data, text->len));
	buf_fini(&again);
	return is_same;
}

static void
test_format(const struct format *format)
{
	static const struct format_context context = {.root = "/srv"};
	int round, n_failed = 0, n_empty = 0, n_unclean = 0;
	struct buf out;

	buf_init(&out);
	for (round = 0; round < ROUNDS; round++) {
		buf_clear(&out);
		format->write(&out, hostile_report(), &context);
		n_failed += out.failed;
		n_empty += !out.len;
		n_unclean += !is_clean_text(&out);
	}
	buf_fini(&out);
	is_number(n_failed, 0, "%s is written", format->name);
	ok(n_empty < ROUNDS, "%s is not always empty", format->name);
	/* JSON has its own rules, and a profile is no text. */
	if (strcmp(format->name, "pprof") && strcmp(format->name, "json") &&
	    strcmp(format->name, "sarif"))
		is_number(n_unclean, 0, "%s has clean text only", format->name);
}

int
main(void)
{
	const struct format *f;

	/* Pictures are dot's, which would be started each time. */
	setenv("PATH", "/nonexistent", 1);
	test_escape();
	test_catalog();
	for (f = formats; f->name; f++)
		test_format(f);
	return tap_done();
}
