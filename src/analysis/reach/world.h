/*
 * world.h - the heap that a check looks at, and what leads where in it
 *
 * What every search reads.  What a check finds is in check.h.
 *
 * Contract: plain data, of the analysis child; check.h fills it in.
 */
#ifndef LEAKSHIM_ANALYSIS_WORLD_H
#define LEAKSHIM_ANALYSIS_WORLD_H

#include <stdbool.h>

#include "analysis/base/classes.h"
#include "analysis/base/mirror.h"
#include "analysis/base/source.h"
#include "analysis/cycles/cycles.h"
#include "analysis/reach/reach.h"
#include "common/arena.h"

struct world {
	struct arena arena; /* of everything in the report */
	const struct source *source;
	struct mirror mirror;
	struct unreachable unreachable;
	struct classes classes;
	struct reach reach;
	bool has_reach; /* reach is there */
};

#endif /* LEAKSHIM_ANALYSIS_WORLD_H */
