/*
 * uncounted.h - what the interpreter keeps without counting its references
 *
 * Its table of interned strings, its cache of the attributes of types, and
 * those of types and functions by version: they point to objects that nothing
 * else may hold any more.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_UNCOUNTED_H
#define LEAKSHIM_ANALYSIS_UNCOUNTED_H

#include "analysis/reach/reach.h"

/* Before the roots are visited: they must not lead there. */
void uncounted_cut_out(struct reach *r);

/* The names in the cache are counted. */
void uncounted_visit_names(struct reach *r);

/* What was excluded from the roots, for callers that count words. */
void uncounted_visit_all(const struct reach *r,
			 void (*visit)(const uintptr_t *from,
				       const uintptr_t *to, void *ctx),
			 void *ctx);

#endif /* LEAKSHIM_ANALYSIS_UNCOUNTED_H */
