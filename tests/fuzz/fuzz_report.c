/*
 * Reports, as the command reads them and as the shim reads a baseline: what is
 * one for the command must be one for the shim, and must be printed and read
 * again.
 */
#include "config.h"

#include <string.h>

#include "cli/merge.h"
#include "cli/read_report.h"
#include "cli/verdict.h"
#include "common/arena.h"
#include "common/baseline.h"
#include "common/buf.h"
#include "formats/formats.h"
#include "fuzz.h"
#include "report/filter.h"
#include "report/json.h"
#include "report/report.h"
#include "report/text.h"

const char *const fuzz_words[] = {
	"{",
	"}",
	"[",
	"]",
	":",
	",",
	"\"",
	"null",
	"true",
	"false",
	"0",
	"-1",
	"1e999",
	"1125899906842625",
	"\\u0000",
	"\\u001b",
	"\\ud800",
	"\\",
	"\"new\"",
	"\"known\"",
	"\"suppressed\"",
	"\"startup\"",
	"\"merged\": 3,",
	"\"suppressions\": [],",
	"\"audit\": [],",
	"\"findings\": [],",
	"\"uncollectable\"",
	"\"lost-reference\"",
	"\"unreferenced\"",
	"\"kind\": ",
	"\"\"",
	"\x1b",
	"\xff",
	"\"leakshim.report/1\"",
	NULL,
};

static void
must_be_clean(const struct buf *b)
{
	size_t i;

	for (i = 0; i < b->len; i++)
		fuzz_must((unsigned char)b->data[i] >= 32 || b->data[i] == '\n',
			  "no control character for the terminal");
}

/* All of a report's ways out; and back in. */
static void
write_all(struct report *r)
{
	const struct text_style style = {.with_missed = true};
	struct verdict verdict;
	struct report again;
	struct arena a;
	struct buf b;

	buf_init(&b);
	arena_init(&a);
	verdict_init(&verdict);
	verdict_judge(&verdict, r);
	report_text(&b, r, &style);
	must_be_clean(&b);
	buf_clear(&b);
	format_suppressions(&b, r, NULL);
	must_be_clean(&b);
	buf_clear(&b);
	report_json(&b, r, false);
	fuzz_must(read_report_text(&a, "again", b.data, b.len, &again) == 0 &&
			  again.n_findings == r->n_findings,
		  "what is written can be read");
	arena_fini(&a);
	buf_fini(&b);
}

static void
merge_twice(const struct report *r)
{
	struct merge *m = merge_new();
	struct report both;
	struct arena a;
	size_t i;

	merge_add(m, r);
	merge_add(m, r);
	arena_init(&a);
	merge_result(m, &a, &both);
	for (i = 0; i < both.n_findings; i++)
		fuzz_must(both.findings[i].n_types <= 2 * r->n_findings + 1000,
			  "types are merged");
	write_all(&both);
	merge_free(m);
	arena_fini(&a);
}

void
fuzz_try(const char *data, size_t n)
{
	struct baseline baseline;
	struct report r;
	struct arena a;
	struct buf b;
	bool is_baseline;
	int status, n_complaints;

	arena_init(&a);
	buf_init(&b);
	fuzz_complaints();
	status = read_report_text(&a, "r.json", data, n, &r);
	n_complaints = fuzz_complaints();
	fuzz_must(n_complaints <= 1 && (n_complaints || status == 0),
		  "a bad report is one complaint, and so are doubts");
	is_baseline = baseline_parse(&baseline, "r.json", data, n, &b);
	fuzz_must(is_baseline == !b.len, "a bad baseline is one complaint");
	fuzz_must(status != 0 || is_baseline,
		  "a report is good for a baseline");
	if (status == 0) {
		merge_twice(&r);
		filter_know(&baseline, r.findings, r.n_findings);
		for (size_t i = 0; i < r.n_findings; i++)
			fuzz_must(r.findings[i].state != STATE_NEW,
				  "nothing in it is new to itself");
	}
	if (is_baseline)
		baseline_fini(&baseline);
	must_be_clean(&b);
	buf_fini(&b);
	arena_fini(&a);
}
