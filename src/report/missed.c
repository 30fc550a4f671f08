#include "config.h"

#include "report/missed.h"

#include <string.h>

#include "common/buf.h"

bool
missed_is(const struct report_missed *m, const char *what)
{
	return !strcmp(m->what, what);
}

bool
missed_is_said(const struct report_missed *m)
{
	return m->is_asked && !missed_is(m, MISSED_FINDINGS);
}

bool
missed_is_news(const struct report_missed *m)
{
	return missed_is_said(m) && !missed_is(m, "suppressions") &&
	       !missed_is(m, "baseline");
}

size_t
missed_n_said(const struct report *r)
{
	size_t i, n = 0;

	for (i = 0; i < r->n_missed; i++)
		n += missed_is_said(&r->missed[i]);
	return n;
}

void
missed_put(struct buf *out, const struct report_missed *m)
{
	buf_shown(out, m->what, SIZE_MAX);
	if (m->count != REPORT_UNKNOWN)
		buf_printf(out, " (%ld)", m->count);
	if (m->why) {
		buf_put(out, ": ");
		buf_shown(out, m->why, SIZE_MAX);
	}
}

const struct report_missed *
missed_find(const struct report *r, const char *what)
{
	size_t i;

	for (i = 0; i < r->n_missed; i++)
		if (missed_is(&r->missed[i], what))
			return &r->missed[i];
	return NULL;
}
