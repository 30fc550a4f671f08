/*
 * members.h - the members of a cycle and the edges between them, for people
 *
 * Objects that do not appear in the source are folded: an attribute dict is
 * part of its owner, a closure's tuple and cells are part of the function.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  the arena that is passed
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_MEMBERS_H
#define LEAKSHIM_ANALYSIS_MEMBERS_H

#include <stdbool.h>

#include "analysis/base/classes.h"
#include "analysis/cycles/graph.h"
#include "analysis/islands/groups.h"
#include "report/report.h"

/*
 * Fill out->cycle with the group's ring, or with its head alone (and no edge)
 * when there is none.  False when memory is out.
 */
bool members_describe(struct arena *a, struct classes *classes,
		      const struct graph *g, const struct group *group,
		      struct finding *out);

#endif /* LEAKSHIM_ANALYSIS_MEMBERS_H */
