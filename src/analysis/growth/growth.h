/*
 * growth.h - sites whose number of objects grows from check to check
 *
 * All live objects are counted by type and stack, and compared with the results
 * of earlier checks (history.h).  What grows and is held by other growing
 * objects is a part of those: a list of sessions with their dicts and strings
 * is one finding.
 *
 * Contract of every function here:
 *   side       analysis child; or the target with isolate=0, the GIL held
 *   allocates  mmap(2); the arena of the check
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_GROWTH_H
#define LEAKSHIM_ANALYSIS_GROWTH_H

#include <stdbool.h>

#include "analysis/check/check.h"

/*
 * Count, compare, and save for the next check.  Without a result, *why has the
 * reason.
 */
void growth_find(struct check *c, const char **why);

/* Each finding, with a path, without a fingerprint; false: memory is out. */
bool growth_walk(struct check *c,
		 void (*each)(struct check *c, struct finding *f));

/* The number of sites that there was no room for. */
int64_t growth_left_out(const struct check *c);

void growth_fini(struct check *c);

#endif /* LEAKSHIM_ANALYSIS_GROWTH_H */
