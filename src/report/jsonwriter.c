#include "config.h"

#include "report/jsonwriter.h"

#include "common/buf.h"
#include "report/report.h"

static void
new_line(struct jsonwriter *w)
{
	int i;

	buf_putc(w->out, '\n');
	for (i = 0; i < w->depth; i++)
		buf_put(w->out, "  ");
}

void
jsonwriter_line(struct jsonwriter *w)
{
	w->wants_line = true;
}

/* What precedes the value of a member. */
static void
start_member(struct jsonwriter *w, const char *key)
{
	if (w->has_member)
		buf_putc(w->out, ',');
	if (w->wants_line) {
		new_line(w);
		w->lines |= 1;
	} else if (w->has_member) {
		buf_putc(w->out, ' ');
	}
	w->has_member = true;
	w->wants_line = false;
	if (key) {
		buf_json_string(w->out, key);
		buf_put(w->out, ": ");
	}
}

void
jsonwriter_begin(struct jsonwriter *w, const char *key, char bracket)
{
	start_member(w, key);
	buf_putc(w->out, bracket);
	w->depth++;
	w->lines <<= 1;
	w->has_member = false;
}

void
jsonwriter_end(struct jsonwriter *w, char bracket)
{
	w->depth--;
	if (w->lines & 1)
		new_line(w);
	w->lines >>= 1;
	buf_putc(w->out, bracket);
	w->has_member = true;
}

void
jsonwriter_string(struct jsonwriter *w, const char *key, const char *value)
{
	start_member(w, key);
	if (value)
		buf_json_string(w->out, value);
	else
		buf_put(w->out, "null");
}

void
jsonwriter_number(struct jsonwriter *w, const char *key, int64_t v)
{
	start_member(w, key);
	if (v == REPORT_UNKNOWN)
		buf_put(w->out, "null");
	else
		buf_printf(w->out, "%ld", v);
}

void
jsonwriter_truth(struct jsonwriter *w, const char *key, int v)
{
	start_member(w, key);
	buf_put(w->out, v < 0 ? "null" : v ? "true" : "false");
}

void
jsonwriter_seconds(struct jsonwriter *w, const char *key, double v)
{
	start_member(w, key);
	if (v >= 0)
		buf_decimal(w->out, v, 6);
	else /* and what is not a number */
		buf_put(w->out, "null");
}

void
jsonwriter_address(struct jsonwriter *w, const char *key, uint64_t address)
{
	start_member(w, key);
	if (address)
		buf_printf(w->out, "\"0x%lx\"", address);
	else
		buf_put(w->out, "null");
}

void
jsonwriter_null(struct jsonwriter *w, const char *key)
{
	start_member(w, key);
	buf_put(w->out, "null");
}
