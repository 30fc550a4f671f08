#include "config.h"

#include "report/text_rules.h"

#include <stdbool.h>

#include "common/buf.h"
#include "report/report.h"

enum { NUMBER_CELL = 10, SIZE_CELL = 13 };

void
text_prefix(struct buf *out, const struct report *r)
{
	if (r->pid == REPORT_UNKNOWN)
		buf_put(out, "==leakshim== ");
	else
		buf_printf(out, "==leakshim:%ld== ", r->pid);
}

static uint64_t
count_quiet(const struct report *r, enum finding_state state)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < r->n_findings; i++)
		n += r->findings[i].is_printed && r->findings[i].is_quiet &&
		     r->findings[i].state == state;
	return n;
}

static void
put_quiet(struct buf *out, const struct report *r)
{
	uint64_t known = count_quiet(r, STATE_KNOWN);
	uint64_t suppressed = count_quiet(r, STATE_SUPPRESSED);

	if (!known && !suppressed)
		return;
	text_prefix(out, r);
	buf_put(out, "not shown: ");
	if (known) {
		buf_count(out, known, "finding", "findings");
		buf_put(out, " of the baseline");
	}
	if (suppressed) {
		buf_put(out, known ? ", " : "");
		buf_count(out, suppressed, "suppressed finding",
			  "suppressed findings");
	}
	buf_putc(out, '\n');
}

/* Set flush right. */
static void
put_cell(struct buf *out, size_t width, const char *text, size_t n)
{
	for (; width > n; width--)
		buf_putc(out, ' ');
	buf_putn(out, text, n);
	buf_put(out, "  ");
}

static void
put_number(struct buf *out, int64_t v, bool is_size)
{
	struct buf b;

	buf_init(&b);
	if (v == REPORT_UNKNOWN)
		buf_put(&b, "unknown");
	else if (is_size)
		buf_size(&b, (uint64_t)v);
	else
		buf_printf(&b, "%ld", v);
	put_cell(out, is_size ? SIZE_CELL : NUMBER_CELL, b.data, b.len);
	buf_fini(&b);
}

static void
put_row(struct buf *out, const struct report *r, const struct report_rule *rule)
{
	text_prefix(out, r);
	put_number(out, rule->findings, false);
	put_number(out, rule->objects, false);
	put_number(out, rule->bytes, true);
	buf_shown(out, rule->rule, SIZE_MAX);
	buf_putc(out, '\n');
}

static void
put_table(struct buf *out, const struct report *r, bool is_over,
	  const char *title)
{
	bool has_title = false;
	size_t i;

	for (i = 0; i < r->n_rules; i++) {
		if (r->rules[i].is_over != is_over)
			continue;
		if (!has_title) {
			text_prefix(out, r);
			buf_printf(out, "%s:\n", title);
			text_prefix(out, r);
			put_cell(out, NUMBER_CELL, "findings", 8);
			put_cell(out, NUMBER_CELL, "objects", 7);
			put_cell(out, SIZE_CELL, "size", 4);
			buf_put(out, "rule\n");
		}
		has_title = true;
		put_row(out, r, &r->rules[i]);
	}
}

void
text_rules(struct buf *out, const struct report *r)
{
	put_quiet(out, r);
	put_table(out, r, false, "suppressions used");
	put_table(out, r, true,
		  "suppressions that have expired, and what they no longer "
		  "suppress");
}
