/*
 * counts.h - when are there more of them than before?
 *
 * Counts of lost objects are lower bounds: a stale word in a stack, or in
 * memory that was not cleared, may point to some of them, and in the next run
 * to others.  A small increase may be due to that.  All other counts are exact.
 *
 * Contract of every function here:
 *   side       analysis child and tool
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_COUNTS_H
#define LEAKSHIM_REPORT_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "report/report.h"

/* Is f's number of islands more than `before' ones of the same kind? */
bool counts_are_more(const struct finding *f, int64_t before);

/* The same for its objects: `before' had that many in its islands. */
bool counts_have_grown(const struct finding *before, const struct finding *f);

#endif /* LEAKSHIM_REPORT_COUNTS_H */
