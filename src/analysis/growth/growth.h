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
#include <stdint.h>

#include "analysis/reach/world.h"
#include "report/omissions.h"

struct check;
struct growth;

/*
 * Count, compare, and write down for the next check.  Without a full result,
 * *why has the reason; what there is, or NULL, is the world's arena's.
 */
struct growth *growth_find(struct world *world, struct omissions *missed,
			   const char **why);

/*
 * Each finding, with a path, without a fingerprint; false: memory is out.
 * g may be NULL, here and below.
 */
bool growth_walk(struct growth *g, struct omissions *missed,
		 void (*each)(struct check *c, struct finding *f),
		 struct check *c);

/* Sites that there was no room for. */
int64_t growth_left_out(const struct growth *g);

void growth_fini(struct growth *g);

#endif /* LEAKSHIM_ANALYSIS_GROWTH_H */
