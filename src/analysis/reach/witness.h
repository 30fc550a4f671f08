/*
 * witness.h - which words keep an object from being lost: for debugging
 *
 * A lost object that is not found is held by some stale word.  This prints
 * where that word is, so that its kind can be excluded (LEAKSHIM_TEST_HOLDERS
 * in shim/check/testhooks.h).
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_WITNESS_H
#define LEAKSHIM_ANALYSIS_WITNESS_H

#include "analysis/reach/reach.h"

/*
 * Print, on standard error, every word that points into an object whose type's
 * name (tp_name) is `name', and what that word is part of.
 */
void witness_print(const struct reach *r, const char *name);

#endif /* LEAKSHIM_ANALYSIS_WITNESS_H */
