/*
 * surplus.h - live objects with reference counts above their references
 *
 * Some code takes references to a long-lived object again and again and never
 * releases them.  The mark has counted the words that lead to each object with
 * a high reference count (hubs.h).  Where many are missing, all memory is asked
 * once more, in the most generous way: a reference that is not seen would be a
 * false accusation, a word that is not one merely hides a leak.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only, and the arena of the check
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_SURPLUS_H
#define LEAKSHIM_ANALYSIS_SURPLUS_H

#include <stdbool.h>

#include "analysis/check/check.h"

/*
 * Leave in r->hubs what has surplus references, and nothing else.  False with
 * the reason in *why; then none are left.
 */
bool surplus_find(struct reach *r, const char **why);

/*
 * A finding for each of them, its kind and reason filled in.  False when memory
 * is out.
 */
bool surplus_walk(struct check *c,
		  void (*each)(struct check *c, struct finding *f));

#endif /* LEAKSHIM_ANALYSIS_SURPLUS_H */
