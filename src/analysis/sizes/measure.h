/*
 * measure.h - what an object takes, with the memory that is its alone
 *
 * sys.getsizeof() says nothing of what C code keeps elsewhere: the data of an
 * array, a vector of C++, a mapping.  A block that only one object leads to goes
 * when that goes, and is its.  Of garbage, so are the objects that the collector
 * does not track (arrays, bytes, strings): they are in no graph of their own.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_MEASURE_H
#define LEAKSHIM_ANALYSIS_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/base/mirror.h"
#include "analysis/reach/reach.h"
#include "analysis/reach/views.h"

struct measure_list {
	uintptr_t *all;
	size_t n, room;
};

/* Begun by naming the first three. */
struct measure {
	const struct reach *r;  /* NULL: nobody looked; sys.getsizeof() is all */
	const struct mirror *m; /* these count for themselves */
	bool of_garbage;        /* or of what is lost: then m has all of that */
	bool is_sure;           /* of the present object: nobody else holds it */
	bool is_direct; /* the words are the object's own */
	size_t owned, n_owned;
	struct views *views;
	struct measure_list memory, objects;
};

/* Bytes of o with all that is its alone and has not been counted before. */
int64_t measure_object(struct measure *w, void *o);

/*
 * object_bytes(), and `owned' bytes in n blocks.  What both know of is counted
 * once: a list's items are a block as well.
 */
int64_t measure_add(const struct reach *r, void *o, size_t owned, size_t n);

void measure_fini(struct measure *w);

#endif /* LEAKSHIM_ANALYSIS_MEASURE_H */
