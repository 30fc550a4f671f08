/*
 * describe.h - a group of islands, described as a finding
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  the arena that is passed
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_DESCRIBE_H
#define LEAKSHIM_ANALYSIS_DESCRIBE_H

#include <stdbool.h>

#include "analysis/islands/groups.h"

/*
 * Types, cycle with named edges, finalizers and allocation of the group's
 * example, and the group's counts; group->shared is used up.  Kind, reason and
 * state are the caller's. False when memory is out.
 */
bool describe_group(struct arena *a, const struct source *s,
		    struct classes *classes, const struct graph *g,
		    struct group *group, struct finding *out);

/* The allocation alone, for callers that describe the rest. */
bool describe_site(struct arena *a, const struct source *s,
		   const struct source_block *b, struct finding *out);

struct memory_group;

/* Blocks that are not objects: of the type "(memory)". */
bool describe_memory(struct arena *a, const struct source *s,
		     const struct memory_group *group, struct finding *out);

/*
 * The same for one object that is part of no graph (resurrected, surplus): its
 * type, finalizer and allocation, with counts of 1.
 */
bool describe_object(struct arena *a, const struct source *s,
		     struct classes *classes, void *o, struct finding *out);

#endif /* LEAKSHIM_ANALYSIS_DESCRIBE_H */
