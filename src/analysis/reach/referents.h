/*
 * referents.h - which lost objects an object's memory leads to
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2), in referents_begin() only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_REFERENTS_H
#define LEAKSHIM_ANALYSIS_REFERENTS_H

#include <stdbool.h>

#include "analysis/reach/lost.h"

/*
 * For graph_init(): visit() each lost object that o's memory points to, once a
 * word, or that lost memory points to which o's memory leads to (a list's
 * items, a C library's structures).  lost is a struct lost.
 */
void referents_visit(void *o, visit_fn visit, void *visit_ctx, void *lost);

/*
 * Is o a str or a number, which refers to no object?  Words after its text are
 * stale: now and then, one of them made it the head of another lost island.
 */
bool referents_has_none(const void *o);

/*
 * Memory for the walks: referents_end() releases it.  False if there is none.
 */
bool referents_begin(void);
void referents_end(void);

/* Does o lead to `to' only through memory of the C heap? */
bool referents_are_foreign(const struct lost *l, void *o, void *to);

#endif /* LEAKSHIM_ANALYSIS_REFERENTS_H */
