/*
 * measure.h - what an object takes, including memory that only it leads to
 *
 * sys.getsizeof() does not know what C code keeps elsewhere: the data of an
 * array, a C++ vector, a mapping.  A block that only one object leads to is
 * freed with it, and counts as its own.  In garbage, so do the objects that the
 * collector does not track (arrays, bytes, strings): they are in no graph of
 * their own.
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
	const struct reach *r;  /* NULL: not searched; sys.getsizeof() is all */
	const struct mirror *m; /* these count for themselves */
	bool of_garbage;        /* or of what is lost: then m has all of that */
	bool is_sure;   /* of the present object: nothing else holds it */
	bool is_direct; /* the words are the object's own */
	size_t owned, n_owned;
	struct views *views;
	struct measure_list memory, objects;
};

/*
 * Bytes of o with everything that only it leads to and that has not been
 * counted before.
 */
int64_t measure_object(struct measure *w, void *o);

/*
 * object_bytes(), and `owned' bytes in n blocks.  What both know of is counted
 * once: a list's items are a block as well.
 */
int64_t measure_add(const struct reach *r, void *o, size_t owned, size_t n);

void measure_fini(struct measure *w);

#endif /* LEAKSHIM_ANALYSIS_MEASURE_H */
