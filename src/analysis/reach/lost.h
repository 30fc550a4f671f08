/*
 * lost.h - what the mark did not reach, sorted out
 *
 * The lost objects become a graph: an edge is a word in an object's memory, or
 * in lost memory that the object's leads to.  The head of each island tells
 * what is wrong: if it is counted more often than referred to, a reference was
 * lost; a cycle whose references all exist is hidden from the collector, and
 * tp_traverse shows by what.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_LOST_H
#define LEAKSHIM_ANALYSIS_LOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/base/mirror.h"
#include "analysis/cycles/graph.h"
#include "analysis/reach/reach.h"

enum lost_verdict {
	LOST_REFERENCE,
	LOST_NO_GC_FLAG,
	LOST_MISSING_TRAVERSE,
	LOST_FOREIGN_MEMORY,
	LOST_UNTRACKED,
	LOST_VERDICTS
};

struct lost {
	const struct reach *reach;
	struct mirror m; /* the lost objects */
	node_id *ids;
	struct graph g;
	int32_t *gc_refs; /* graph index -> as the collector counts */
	uint32_t *found;  /* graph index -> words of the lost that hold it */
	uint32_t *verdict_of; /* island -> enum lost_verdict */
	size_t n;             /* lost objects */
	bool gave_up;         /* out of time */
};

/* False with the reason in *why (static storage). */
bool lost_find(struct lost *l, const struct reach *r,
	       const struct mirror *tracked, const char **why);

/*
 * The member that hides the cycle of this island: its graph index, and that of
 * what it holds unseen.  False if none does.
 */
bool lost_guilty(const struct lost *l, uint32_t island, uint32_t *from,
		 uint32_t *to);

/* Is it counted more often than referred to?  For causes.h. */
bool lost_has_surplus(const void *lost, uint32_t i);

void lost_fini(struct lost *l);

#endif /* LEAKSHIM_ANALYSIS_LOST_H */
