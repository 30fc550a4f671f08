/*
 * hashtables.h - what a dict or set holds, without the hashes of its keys
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_HASHTABLES_H
#define LEAKSHIM_ANALYSIS_HASHTABLES_H

#include "analysis/reach/reach.h"

/*
 * If o keeps its entries in a separate block that has not been visited yet:
 * mark that, and visit its entries' words but the hashes, and but those of
 * entries that go when garbage is collected: r->passing has them.
 */
void hashtables_visit(struct reach *r, const void *o,
		      void (*visit)(const uintptr_t *from, const uintptr_t *to,
				    void *ctx),
		      void *ctx);

/*
 * The node is memory of Python's.  Is it in the free list of dict keys?  Then
 * all that it holds is *next, the next one there, or 0.
 */
bool hashtables_are_free(const struct reach *r, uintptr_t node,
			 uintptr_t *next);

#endif /* LEAKSHIM_ANALYSIS_HASHTABLES_H */
