#include "config.h"

#include "cli/merge_value.h"

#include <string.h>

#include "cli/cli.h"
#include "report/report.h"

char *
merge_copy(const char *s)
{
	char *p = s ? strdup(s) : NULL;

	if (s && !p)
		abort_for_memory();
	return p;
}

void
merge_sum(int64_t *to, int64_t from)
{
	if (*to == REPORT_UNKNOWN)
		*to = from;
	else if (from != REPORT_UNKNOWN &&
		 __builtin_add_overflow(*to, from, to))
		*to = INT64_MAX;
}
