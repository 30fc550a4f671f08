#include "config.h"

#include "formats/openmetrics_findings.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/buf.h"
#include "formats/catalog.h"
#include "formats/escape.h"
#include "formats/place.h"
#include "report/report.h"
#include "report/sums.h"

void
metric_head(struct buf *out, const char *name, const char *type,
	    const char *unit, const char *help)
{
	buf_printf(out, "# TYPE %s %s\n", name, type);
	if (unit)
		buf_printf(out, "# UNIT %s %s\n", name, unit);
	buf_printf(out, "# HELP %s %s\n", name, help);
}

void
metric_label(struct buf *out, const char *name, const char *value)
{
	if (out->len && out->data[out->len - 1] != '{')
		buf_putc(out, ',');
	buf_printf(out, "%s=\"", name);
	escape_put(out, value, ESCAPE_LABEL);
	buf_putc(out, '"');
}

/* Behind the labels. */
static void
put_value(struct buf *out, int64_t v)
{
	if (v == REPORT_UNKNOWN)
		buf_put(out, "} NaN\n");
	else
		buf_printf(out, "} %ld\n", v);
}

/* ---- added up ---- */

static struct report_sum
sum_of(const struct report *r, enum finding_kind kind,
       enum finding_reason reason, enum finding_state state)
{
	struct report_sum sum = {0};
	size_t i;

	for (i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];

		if (!f->is_printed || f->kind != kind || f->reason != reason ||
		    f->state != state)
			continue;
		sums_add_finding(&sum, f);
	}
	return sum;
}

static int64_t
pick(const struct report_sum *sum, size_t offset)
{
	int64_t v;

	memcpy(&v, (const char *)sum + offset, sizeof v);
	return v;
}

/*
 * Of new findings every kind and reason has its sample, also with zero: what
 * is alerted on must not be absent.
 */
static void
put_sums(struct buf *out, const struct report *r, const char *name,
	 const char *unit, const char *help, size_t offset)
{
	enum finding_kind kind;
	enum finding_reason reason;
	enum finding_state state;
	size_t i;

	metric_head(out, name, "gauge", unit, help);
	for (i = 0; catalog_pair(i, &kind, &reason); i++) {
		for (state = STATE_NEW; state <= STATE_STARTUP; state++) {
			struct report_sum sum = sum_of(r, kind, reason, state);

			if (!sum.findings && state != STATE_NEW)
				continue;
			buf_printf(out, "%s{", name);
			metric_label(out, "kind", finding_kind_name(kind));
			metric_label(out, "reason",
				     finding_reason_name(reason));
			metric_label(out, "state", finding_state_name(state));
			put_value(out, pick(&sum, offset));
		}
	}
}

/* Those that a report only counts: kinds=, max_findings=. */
static void
put_rest(struct buf *out, const struct report *r)
{
	enum finding_kind k;

	metric_head(out, "leakshim_unlisted_findings", "gauge", NULL,
		    "Findings that the report counts and does not list");
	for (k = 0; k < FINDING_KINDS; k++)
		buf_printf(out, "leakshim_unlisted_findings{kind=\"%s\"} %ld\n",
			   finding_kind_name(k), r->rest[k].findings);
}

/* ---- one by one ---- */

static int
compare(const void *x, const void *y)
{
	const struct finding *const *a = x, *const *b = y;
	int by_name = strcmp((*a)->fingerprint, (*b)->fingerprint);

	/* What is older than the program has its own. */
	return by_name ? by_name : (int)(*a)->state - (int)(*b)->state;
}

static void
put_finding(struct buf *out, const struct report *r, const char *name,
	    const struct finding *f, int64_t v)
{
	struct place place = {0};

	place_find(r, f, &place);
	buf_printf(out, "%s{", name);
	metric_label(out, "fingerprint", f->fingerprint);
	metric_label(out, "kind", finding_kind_name(f->kind));
	metric_label(out, "state", finding_state_name(f->state));
	metric_label(out, "type", f->n_types ? f->types[0].name : NULL);
	metric_label(out, "function", place.function);
	metric_label(out, "file", place.file);
	put_value(out, v);
}

static void
put_findings(struct buf *out, const struct report *r)
{
	static const char objects[] = "leakshim_finding_objects",
			  bytes[] = "leakshim_finding_bytes";
	const struct finding **list;
	struct arena arena;
	size_t i, n = 0, n_unique = 0;

	arena_init(&arena);
	list = arena_array(&arena, r->n_findings, sizeof *list);
	for (i = 0; list && i < r->n_findings; i++)
		if (r->findings[i].is_printed)
			list[n++] = &r->findings[i];
	if (n)
		qsort(list, n, sizeof *list, compare);
	for (i = 0; i < n; i++) /* a series must not occur twice */
		if (!i || compare(&list[i], &list[n_unique - 1]))
			list[n_unique++] = list[i];
	metric_head(out, objects, "gauge", NULL, "Objects of each finding");
	for (i = 0; i < n_unique; i++)
		put_finding(out, r, objects, list[i], list[i]->objects);
	metric_head(out, bytes, "gauge", "bytes", "Bytes of each finding");
	for (i = 0; i < n_unique; i++)
		put_finding(out, r, bytes, list[i], list[i]->bytes);
	arena_fini(&arena);
}

void
openmetrics_findings(struct buf *out, const struct report *r)
{
	put_sums(out, r, "leakshim_findings", NULL, "Findings",
		 offsetof(struct report_sum, findings));
	put_sums(out, r, "leakshim_objects", NULL, "Objects in findings",
		 offsetof(struct report_sum, objects));
	put_sums(out, r, "leakshim_bytes", "bytes", "Bytes of those objects",
		 offsetof(struct report_sum, bytes));
	put_rest(out, r);
	put_findings(out, r);
}
