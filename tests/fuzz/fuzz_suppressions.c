/* The rules of suppressions=, and their patterns. */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "common/buf.h"
#include "common/suppressions.h"
#include "fuzz.h"
#include "report/filter.h"
#include "report/report.h"

const char *const fuzz_words[] = {
	"leak:",
	"type:",
	"fingerprint:",
	"until=",
	"2027-01-31 ",
	"0001-01-01 ",
	"9999-12-31 ",
	"2026-02-29 ",
	"lost-reference:",
	"unreachable/frozen:",
	"uncollectable-0123456789abcdef",
	"^",
	"$",
	"*",
	"#",
	"\n",
	"\r\n",
	"\t",
	" ",
	"\xef\xbb\xbf",
	"**",
	"all:",
	"\x1b[31m",
	NULL,
};

static const struct report_type types[] = {{"m.Type", 1, 1, "/x/m.so"}};
static const struct report_line lines[] = {{"function", "/x/file.py", 3},
					   {NULL, NULL, 0}};
static const struct report_native natives[] = {{.module = "/lib/libfoo.so"}};

static void
must_match_known(const struct suppressions *s)
{
	struct finding f = {
		.fingerprint = "lost-reference-0123456789abcdef",
		.kind = FINDING_LOST_REFERENCE,
		.reason = REASON_UNREFERENCED,
		.types = types,
		.n_types = 1,
		.python = lines,
		.n_python = 2,
		.native = natives,
		.n_native = 1,
		.objects = 3,
	};
	struct arena a;
	struct report r = {0};
	size_t i;

	for (i = 0; i < s->n; i++) {
		const struct suppression *rule = &s->rules[i];

		fuzz_must(rule->text && rule->pattern && rule->pattern[0],
			  "a rule has a text and a pattern");
		fuzz_must(!strchr(rule->text, '\n'), "a rule is one line");
		filter_matches(rule, &f);
	}
	filter_suppress(s, &f, 1, 20000);
	arena_init(&a);
	filter_rows(&a, s, 20000, &r);
	fuzz_must(f.state != STATE_SUPPRESSED || r.n_rules == 1,
		  "who suppresses has a row");
	arena_fini(&a);
}

void
fuzz_try(const char *data, size_t n)
{
	struct suppressions s;
	struct buf b;
	size_t i, lines_told = 0;

	buf_init(&b);
	fuzz_must(suppressions_parse(&s, "a\x1b.supp", data, n, &b),
		  "there is memory");
	for (i = 0; i < b.len; i++) {
		lines_told += b.data[i] == '\n';
		fuzz_must((unsigned char)b.data[i] >= 32 || b.data[i] == '\n',
			  "no control character for the terminal");
	}
	fuzz_must(s.faults > 20 ? lines_told == 21 :
				  lines_told == (size_t)s.faults,
		  "a line for each fault, up to a limit");
	must_match_known(&s);
	suppressions_fini(&s);
	buf_fini(&b);
}
