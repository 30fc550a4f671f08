/*
 * views.h - memory that an object points to but another one owns
 *
 * A view points into the data of an array, and holds the array: if an object
 * that o holds points to the same memory, it belongs to that object, not to o.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_VIEWS_H
#define LEAKSHIM_ANALYSIS_VIEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/reach/reach.h"
#include "analysis/reach/worklist.h"

enum {
	VIEWS_HELD = 32,    /* objects that are examined for one view */
	VIEWS_WORDS = 1024, /* ... and words of all of these */
};

/* Large, and zeroed before the first use. */
struct views {
	const struct reach *r;
	uintptr_t held[VIEWS_HELD];
	size_t n_held;
	size_t n_words; /* that may still be looked at */
	struct worklist theirs;
};

/* For the object in the node. */
void views_find(struct views *v, const struct reach *r, uintptr_t node);

/* Does an object that it holds point to this piece? */
bool views_has(const struct views *v, uintptr_t piece);

#endif /* LEAKSHIM_ANALYSIS_VIEWS_H */
