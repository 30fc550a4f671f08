/*
 * resurrected.h - objects that are alive although their finalizer has run
 *
 * PEP 442 calls a finalizer once: an object that __del__ put back into use
 * will die without it the next time.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  the check's arena and common/hash.h's pool
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_RESURRECTED_H
#define LEAKSHIM_ANALYSIS_RESURRECTED_H

#include <stdbool.h>

#include "analysis/check/check.h"

/*
 * Call each() with a finding for every class and stack that resurrected
 * objects have; false when memory ran out.
 */
bool resurrected_walk(struct check *c,
		      void (*each)(struct check *c, struct finding *f));

#endif /* LEAKSHIM_ANALYSIS_RESURRECTED_H */
