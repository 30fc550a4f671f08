/*
 * sums.h - sums of numbers of which some are not known
 *
 * A sum with such a member is not known either: the sum of only some would be
 * wrong.
 *
 * Contract of every function here:
 *   side       shim, analysis child and tool
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_SUMS_H
#define LEAKSHIM_REPORT_SUMS_H

#include <stdint.h>

#include "report/report.h"

static inline void
sums_add(int64_t *to, int64_t more)
{
	if (*to == REPORT_UNKNOWN || more == REPORT_UNKNOWN)
		*to = REPORT_UNKNOWN;
	else if (__builtin_add_overflow(*to, more, to))
		*to = INT64_MAX;
}

/* One more finding, with what it has. */
static inline void
sums_add_finding(struct report_sum *sum, const struct finding *f)
{
	sums_add(&sum->findings, 1);
	sums_add(&sum->count, f->count);
	sums_add(&sum->objects, f->objects);
	sums_add(&sum->bytes, f->bytes);
}

#endif /* LEAKSHIM_REPORT_SUMS_H */
