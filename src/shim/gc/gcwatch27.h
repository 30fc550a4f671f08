/*
 * gcwatch27.h - collections of a shared Python 2.7, which has no gc.callbacks
 *
 * They start in two places: _PyObject_GC_Malloc(), which is interposed, and
 * gc.collect(), whose entry in the module's method table is ours.  The
 * collector's counts show which generation it was: a collection of one adds 1
 * to the count of the next older and clears its own and the younger ones
 * (Modules/gcmodule.c of 2.7, collect()).
 *
 * Contract of every function here:
 *   side       shim, the GIL held
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_GCWATCH27_H
#define LEAKSHIM_SHIM_GCWATCH27_H

#include <stdbool.h>
#include <stdint.h>

#include "python/gclists.h"

struct gcwatch27_moment {
	uint64_t started_ns;
	int counts[GENERATIONS];
};

/* From here on gc.collect() is seen; false when its entry is not as known. */
bool gcwatch27_install(void *gc);

/* May the next container that is allocated start a collection? */
bool gcwatch27_is_due(void);

/* A collection that we know of is under way. */
bool gcwatch27_is_collecting(void);

/* Around what may collect. */
void gcwatch27_begin(struct gcwatch27_moment *m);
void gcwatch27_end(const struct gcwatch27_moment *m);

#endif /* LEAKSHIM_SHIM_GCWATCH27_H */
