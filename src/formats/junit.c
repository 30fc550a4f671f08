#include "config.h"

#include "common/buf.h"
#include "formats/escape.h"
#include "formats/formats.h"
#include "formats/level.h"
#include "formats/place.h"
#include "report/headline.h"
#include "report/missed.h"
#include "report/text.h"
#include "report/text_finding.h"

struct counts {
	uint64_t tests, failures, errors, skipped;
};

/* A part that was asked for and not done is a test that did not run. */
static bool
is_skipped_part(const struct report_missed *m)
{
	return missed_is_said(m) && !missed_is(m, MISSED_ANALYSIS);
}

static struct counts
count(const struct report *r)
{
	struct counts n = {0};
	size_t i;

	for (i = 0; i < r->n_findings; i++) {
		if (!r->findings[i].is_printed)
			continue;
		n.tests++;
		n.failures += level_of(&r->findings[i]) == LEVEL_FAILS;
		n.skipped += level_of(&r->findings[i]) == LEVEL_QUIET;
	}
	n.errors = missed_find(r, MISSED_ANALYSIS) != NULL;
	for (i = 0; i < r->n_missed; i++)
		if (is_skipped_part(&r->missed[i])) {
			n.tests++;
			n.skipped++;
		}
	n.tests++; /* the analysis itself: a suite is never empty */
	return n;
}

static void
put_attribute(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, " %s=\"", name);
	escape_put(out, value, ESCAPE_XML);
	buf_putc(out, '"');
}

static void
put_counts(struct buf *out, const struct counts *n)
{
	buf_printf(out,
		   " tests=\"%lu\" failures=\"%lu\" errors=\"%lu\" "
		   "skipped=\"%lu\"",
		   n->tests, n->failures, n->errors, n->skipped);
}

/* The finding as `leakshim report' prints it, without the empty line above. */
static void
put_text(struct buf *out, const struct report *r, const struct finding *f)
{
	static const struct text_style plain;
	const char *start;
	struct buf text;

	buf_init(&text);
	text_finding(&text, r, f, &plain, true);
	start = buf_string(&text);
	escape_lines(out, *start == '\n' ? start + 1 : start, ESCAPE_XML);
	out->failed |= text.failed;
	buf_fini(&text);
}

static void
put_headline(struct buf *out, const struct finding *f)
{
	size_t start = out->len;

	headline_counts(out, f);
	buf_put(out, ": ");
	headline_put(out, f);
	escape_from(out, start, ESCAPE_XML);
}

static void
put_class(struct buf *out, const struct finding *f)
{
	buf_printf(out, "leakshim.%s", finding_kind_name(f->kind));
	if (f->reason != REASON_NONE)
		buf_printf(out, ".%s", finding_reason_name(f->reason));
}

static void
put_outcome(struct buf *out, const struct report *r, const struct finding *f)
{
	switch (level_of(f)) {
	case LEVEL_FAILS:
		buf_put(out, "      <failure type=\"");
		put_class(out, f);
		buf_put(out, "\" message=\"");
		put_headline(out, f);
		buf_put(out, "\">");
		put_text(out, r, f);
		buf_put(out, "</failure>\n");
		break;
	case LEVEL_QUIET:
		buf_put(out, "      <skipped");
		put_attribute(out, "message", level_state_text(f->state));
		buf_put(out, "/>\n");
		break;
	case LEVEL_REPORTED:
		buf_put(out, "      <system-out>");
		put_text(out, r, f);
		buf_put(out, "</system-out>\n");
	}
}

static void
put_case(struct buf *out, const struct report *r, const struct finding *f,
	 const struct format_context *c)
{
	struct place place;

	buf_put(out, "    <testcase classname=\"");
	put_class(out, f);
	buf_put(out, "\" name=\"");
	escape_put(out, f->n_types ? f->types[0].name : "object", ESCAPE_XML);
	buf_put(out, " [");
	escape_put(out, f->fingerprint, ESCAPE_XML);
	/* Of two cases of one name, some systems drop one. */
	buf_put(out, f->state == STATE_STARTUP ? ", startup]" : "]");
	buf_put(out, "\" time=\"0\"");
	if (place_find(r, f, &place)) {
		put_attribute(out, "file", place_relative(place.file, c->root));
		if (place.line > 0)
			buf_printf(out, " line=\"%d\"", place.line);
	}
	buf_put(out, ">\n");
	put_outcome(out, r, f);
	buf_put(out, "    </testcase>\n");
}

/*
 * Whether there was one: finding no leaks without an analysis is not a success.
 */
static void
put_analysis(struct buf *out, const struct report *r)
{
	const struct report_missed *failure = missed_find(r, MISSED_ANALYSIS);

	buf_put(out, "    <testcase classname=\"leakshim\" name=\"analysis\" "
		     "time=\"");
	buf_decimal(out, r->analysis_seconds > 0 ? r->analysis_seconds : 0, 3);
	if (!failure) {
		buf_put(out, "\"/>\n");
		return;
	}
	buf_put(out, "\">\n      <error type=\"leakshim.analysis\"");
	put_attribute(out, "message", failure->why);
	buf_put(out, "/>\n    </testcase>\n");
}

static void
put_skipped_parts(struct buf *out, const struct report *r)
{
	struct buf text;
	size_t i;

	buf_init(&text);
	for (i = 0; i < r->n_missed; i++) {
		const struct report_missed *m = &r->missed[i];

		if (!is_skipped_part(m))
			continue;
		buf_clear(&text);
		missed_put(&text, m);
		/* Two rows may differ in their reasons alone. */
		buf_printf(out,
			   "    <testcase classname=\"leakshim.missed\" "
			   "name=\"%zu: ",
			   i + 1);
		escape_put(out, m->what, ESCAPE_XML);
		buf_put(out, "\" time=\"0\">\n      <skipped");
		put_attribute(out, "message", buf_string(&text));
		buf_put(out, "/>\n    </testcase>\n");
	}
	buf_fini(&text);
}

void
format_junit(struct buf *out, const struct report *r,
	     const struct format_context *c)
{
	struct counts n = count(r);
	size_t i;

	buf_put(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		     "<testsuites name=\"leakshim\"");
	put_counts(out, &n);
	buf_put(out, ">\n  <testsuite name=\"leakshim\"");
	put_counts(out, &n);
	if (r->host)
		put_attribute(out, "hostname", r->host);
	if (r->time)
		put_attribute(out, "timestamp", r->time);
	buf_put(out, ">\n");
	put_analysis(out, r);
	put_skipped_parts(out, r);
	for (i = 0; i < r->n_findings; i++)
		if (r->findings[i].is_printed)
			put_case(out, r, &r->findings[i], c);
	buf_put(out, "  </testsuite>\n</testsuites>\n");
}
