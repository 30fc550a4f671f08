#include "config.h"

#include "report/missed.h"

#include <string.h>

bool
missed_is(const struct report_missed *m, const char *what)
{
	return !strcmp(m->what, what);
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
