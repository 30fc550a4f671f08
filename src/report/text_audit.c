#include "config.h"

#include "report/text_audit.h"

#include <string.h>

#include "common/buf.h"

enum { COLUMNS = 6, WIDEST = 48 /* a longer cell shifts its own line only */ };

static const char *const heads[COLUMNS] = {"REASON", "TYPE",    "OFFSET",
					   "MEMBER", "SEEN IN", "HOLDS"};

static bool
is_number(int column)
{
	return column == 2 || column == 4;
}

static void
put_cell(struct buf *out, const struct report_audit *a, int column)
{
	const char *words[COLUMNS] = {
		audit_reason_name(a->reason), a->type, NULL,
		a->member ? a->member : "-",  NULL,    a->target};
	const char *word = words[column] ? words[column] : "?";

	if (column == 2)
		buf_printf(out, "%ld", (long)a->offset);
	else if (column == 4 && a->instances == REPORT_UNKNOWN)
		buf_putc(out, '?');
	else if (column == 4)
		buf_printf(out, "%ld", (long)a->instances);
	else
		buf_shown(out, word, strlen(word));
}

/* How many bytes the cell takes; it is written and taken back. */
static size_t
width_of(struct buf *out, const struct report_audit *a, int column)
{
	size_t before = out->len, width;

	put_cell(out, a, column);
	width = out->len - before;
	out->len = before;
	return width;
}

static void
put_blanks(struct buf *out, size_t n)
{
	while (n--)
		buf_putc(out, ' ');
}

static void
measure(struct buf *out, const struct report *r, size_t widths[COLUMNS])
{
	size_t i, width;
	int k;

	for (k = 0; k < COLUMNS; k++) {
		widths[k] = strlen(heads[k]);
		for (i = 0; i < r->n_audit; i++) {
			width = width_of(out, &r->audit[i], k);
			if (width > widths[k] && width <= WIDEST)
				widths[k] = width;
		}
	}
}

static void
put_row(struct buf *out, const struct report_audit *a,
	const size_t widths[COLUMNS])
{
	int k;

	for (k = 0; k < COLUMNS; k++) {
		size_t width = a ? width_of(out, a, k) : strlen(heads[k]);
		size_t blanks = width < widths[k] ? widths[k] - width : 0;

		if (is_number(k))
			put_blanks(out, blanks);
		if (a)
			put_cell(out, a, k);
		else
			buf_put(out, heads[k]);
		if (k == COLUMNS - 1)
			break;
		if (!is_number(k))
			put_blanks(out, blanks);
		put_blanks(out, 2);
	}
	buf_putc(out, '\n');
}

static void
put_explained(struct buf *out, const char *what, const char *text)
{
	if (!text)
		return;
	buf_printf(out, "    %s", what);
	buf_shown(out, text, strlen(text));
	buf_putc(out, '\n');
}

void
text_audit(struct buf *out, const struct report *r)
{
	size_t widths[COLUMNS], i;

	if (!r->n_audit) {
		buf_put(out, "audit: no living type hides references from "
			     "the collector\n");
		return;
	}
	buf_put(out, "audit: ");
	buf_count(out, r->n_audit, "field hides", "fields hide");
	buf_put(out, " references from the collector\n\n");
	measure(out, r, widths);
	put_row(out, NULL, widths);
	for (i = 0; i < r->n_audit; i++) {
		const struct report_audit *a = &r->audit[i];

		put_row(out, a, widths);
		put_explained(out, "in ", a->module_file);
		put_explained(out, "to fix: ", a->advice);
	}
}

bool
audit_hides(const struct report *r)
{
	size_t i;

	for (i = 0; i < r->n_audit; i++)
		if (r->audit[i].reason != AUDIT_TYPE_NOT_VISITED)
			return true;
	return false;
}
