#include "config.h"

#include "report/text.h"

#include <string.h>

#include "common/buf.h"
#include "report/headline.h"
#include "report/missed.h"
#include "report/sums.h"
#include "report/text_audit.h"
#include "report/text_finding.h"
#include "report/text_rules.h"

enum { MAX_COMMAND_BYTES = 200 };

/* ---- the head ---- */

/* "python leak.py": the arguments, the program without its directory. */
static void
put_command(struct buf *out, const struct report *r)
{
	const char *program = r->n_argv ? r->argv[0] : r->exe;
	const char *slash = program ? strrchr(program, '/') : NULL;
	size_t i, room = MAX_COMMAND_BYTES;

	buf_shown(out, slash ? slash + 1 : program ? program : "?", SIZE_MAX);
	for (i = 1; i < r->n_argv; i++) {
		size_t n = strlen(r->argv[i]);

		buf_putc(out, ' ');
		buf_shown(out, r->argv[i], room);
		if (n >= room) {
			buf_put(out, "...");
			break;
		}
		room -= n;
	}
}

static const char *
moment(const char *trigger)
{
	static const struct {
		const char *trigger, *text;
	} moments[] = {
		{"exit", "at exit"},
		{"request", "on request"},
		{"timer", "after check_every"},
		{"signal", "on a signal"},
		{"api", "on a call"},
		{"attach", "after attaching"},
	};
	size_t i;

	for (i = 0; trigger && i < sizeof moments / sizeof *moments; i++)
		if (!strcmp(moments[i].trigger, trigger))
			return moments[i].text;
	return "at an unknown moment";
}

static void
put_python(struct buf *out, const struct report *r)
{
	const char *debug = r->debug == 1 ? "debug" : NULL;

	buf_put(out, "CPython");
	if (r->python_version) {
		buf_putc(out, ' ');
		buf_shown(out, r->python_version, SIZE_MAX);
	}
	if (!r->linkage && !debug)
		return;
	buf_put(out, " (");
	buf_shown(out, r->linkage, SIZE_MAX);
	buf_put(out, r->linkage && debug ? ", " : NULL);
	buf_put(out, debug);
	buf_putc(out, ')');
}

static void
put_header(struct buf *out, const struct report *r)
{
	text_prefix(out, r);
	if (r->n_merged) {
		buf_count(out, (uint64_t)r->n_merged, "report", "reports");
		buf_put(out, r->n_argv || r->exe ? ": " : "");
		/* What differs between them is not known. */
		if (!r->n_argv && !r->exe) {
			buf_putc(out, '\n');
			return;
		}
	}
	put_python(out, r);
	if (r->n_argv || (r->exe && *r->exe)) {
		buf_put(out, ", ");
		put_command(out, r);
	}
	if (r->trigger || !r->n_merged)
		buf_printf(out, ", %s", moment(r->trigger));
	buf_putc(out, '\n');
}

/* ---- counts ---- */

static void
add(struct report_sum *sum, const struct report_sum *more)
{
	sums_add(&sum->findings, more->findings);
	sums_add(&sum->count, more->count);
	sums_add(&sum->objects, more->objects);
	sums_add(&sum->bytes, more->bytes);
}

static bool
is_shown(const struct finding *f)
{
	return f->is_printed && !f->is_quiet;
}

/* Findings beyond max_findings= count, those that were not asked for do not. */
static struct report_sum
sum_of(const struct report *r, enum finding_kind kind)
{
	struct report_sum sum = r->cut[kind];
	size_t i;

	for (i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];

		if (is_shown(f) && f->kind == kind)
			sums_add_finding(&sum, f);
	}
	return sum;
}

static struct report_sum
sum_of_all(const struct report *r)
{
	struct report_sum all = {0}, sum;
	enum finding_kind k;

	for (k = 0; k < FINDING_KINDS; k++) {
		sum = sum_of(r, k);
		add(&all, &sum);
	}
	return all;
}

static void
put_totals(struct buf *out, const struct report *r)
{
	const char *separator = ": ";
	enum finding_kind k;

	text_prefix(out, r);
	buf_count(out, (uint64_t)sum_of_all(r).findings, "finding", "findings");
	for (k = 0; k < FINDING_KINDS; k++) {
		struct report_sum sum = sum_of(r, k);

		if (!sum.findings)
			continue;
		buf_put(out, separator);
		headline_total(out, k, &sum);
		separator = ", ";
	}
	buf_putc(out, '\n');
}

/* ---- what the reader should know besides ---- */

/* An approximate line may name the block's first owner: it must be said. */
static void
put_approximate(struct buf *out, const struct report *r)
{
	size_t i, n_known = 0;

	for (i = 0; i < r->n_findings; i++)
		n_known += is_shown(&r->findings[i]) &&
			   r->findings[i].n_python > 0;
	if (!n_known || !r->free_lists || strcmp(r->free_lists, "approximate"))
		return;
	text_prefix(out, r);
	buf_put(out, "free lists are approximate: a backtrace may be that of "
		     "an earlier object in the same memory\n");
}

static void
put_cut(struct buf *out, const struct report *r)
{
	uint64_t n = 0;
	size_t k;

	for (k = 0; k < FINDING_KINDS; k++)
		n += (uint64_t)r->cut[k].findings;
	if (!n)
		return;
	text_prefix(out, r);
	buf_count(out, n, "finding is", "findings are");
	buf_put(out, " counted but not shown: max_findings=N shows more\n");
}

static int64_t
less(int64_t all, int64_t part)
{
	return all == REPORT_UNKNOWN || part == REPORT_UNKNOWN ?
		       REPORT_UNKNOWN :
		       all - part;
}

static void
put_quiet(struct buf *out, const struct report *r)
{
	const struct report_sum *rest = &r->rest[FINDING_UNREACHABLE],
				*cut = &r->cut[FINDING_UNREACHABLE];
	int64_t objects = less(rest->objects, cut->objects);

	if (objects <= 0 && objects != REPORT_UNKNOWN)
		return;
	text_prefix(out, r);
	buf_count(out, (uint64_t)objects, "object", "objects");
	buf_put(out, " of cyclic garbage pending (");
	buf_size(out, (uint64_t)less(rest->bytes, cut->bytes));
	buf_printf(out, "): a collection would free %s; kinds=all shows %s\n",
		   objects == 1 ? "it" : "them", objects == 1 ? "it" : "them");
}

static void
put_missed(struct buf *out, const struct report *r, bool with_all)
{
	size_t i;

	for (i = 0; i < r->n_missed; i++) {
		const struct report_missed *m = &r->missed[i];

		if (!with_all && !missed_is_said(m))
			continue;
		text_prefix(out, r);
		buf_put(out, "missed: ");
		missed_put(out, m);
		buf_putc(out, '\n');
	}
}

/* ---- the last line ---- */

/* "12.1 ms", "38 ms"; from ten seconds on "12.3 s". */
static void
put_time(struct buf *out, double seconds)
{
	bool is_long = seconds >= 10;
	uint64_t tenths = (uint64_t)(seconds * (is_long ? 10 : 10000) + 0.5);

	buf_printf(out, "%lu", tenths / 10);
	if (tenths % 10)
		buf_printf(out, ".%lu", tenths % 10);
	buf_put(out, is_long ? " s" : " ms");
}

static void
put_collections(struct buf *out, const struct report *r)
{
	int64_t n = 0;
	double seconds = 0;
	size_t k;

	for (k = 0; k < r->n_gc; k++) {
		if (r->gc[k].collections == REPORT_UNKNOWN)
			return;
		n += r->gc[k].collections;
		seconds += r->gc[k].seconds > 0 ? r->gc[k].seconds : 0;
	}
	if (!r->n_gc)
		return;
	buf_put(out, "; gc ");
	buf_count(out, (uint64_t)n, "collection", "collections");
	buf_put(out, ", ");
	put_time(out, seconds);
}

static void
put_summary(struct buf *out, const struct report *r)
{
	struct report_sum sum = sum_of_all(r);

	text_prefix(out, r);
	buf_put(out, "SUMMARY: ");
	/* No findings because nothing was seen must not look like no leaks. */
	if (missed_n_said(r))
		buf_put(out, "incomplete: ");
	buf_count(out, (uint64_t)sum.findings, "finding", "findings");
	buf_put(out, ", ");
	buf_count(out, (uint64_t)sum.objects, "object", "objects");
	buf_put(out, ", ");
	buf_size(out, (uint64_t)sum.bytes);
	put_collections(out, r);
	if (r->analysis_seconds >= 0) {
		buf_put(out, "; analysis ");
		put_time(out, r->analysis_seconds);
	}
	if (r->pause_seconds >= 0) {
		buf_put(out,
			r->analysis_seconds >= 0 ? ", paused " : "; paused ");
		put_time(out, r->pause_seconds);
	}
	buf_putc(out, '\n');
}

bool
report_has_news(const struct report *r)
{
	size_t i;

	for (i = 0; i < r->n_missed; i++)
		if (missed_is_news(&r->missed[i]))
			return true;
	return sum_of_all(r).findings || r->has_audit;
}

void
report_text(struct buf *out, const struct report *r,
	    const struct text_style *style)
{
	bool says_order = true;
	size_t i;

	if (sum_of_all(r).findings) {
		put_header(out, r);
		put_totals(out, r);
		put_approximate(out, r);
		for (i = 0; i < r->n_findings; i++) {
			const struct finding *f = &r->findings[i];

			if (!is_shown(f))
				continue;
			text_finding(out, r, f, style, says_order);
			says_order &= !f->n_python && !f->n_native;
		}
		buf_putc(out, '\n');
	}
	put_cut(out, r);
	put_quiet(out, r);
	put_missed(out, r, style->with_missed);
	if (r->has_audit)
		text_audit(out, r);
	text_rules(out, r);
	put_summary(out, r);
}
