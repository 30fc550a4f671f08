/*
 * watched.h - what is known of the interpreter that is watched
 *
 * Boot finds it out, the GIL held; everybody else reads it, the clones too.
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  never
 *   locks      none
 *   signals    safe, but for watched_none()
 */
#ifndef LEAKSHIM_SHIM_WATCHED_H
#define LEAKSHIM_SHIM_WATCHED_H

#include <stdbool.h>
#include <stddef.h>

#include "python/freelists.h"
#include "python/gclists.h"
#include "python/span.h"

struct watched {
	/* The lists of the main interpreter; heads are 0 when not found. */
	struct gclists lists;
	const char *problem; /* why cycles cannot be analysed, or NULL */
	void *gc;            /* the module, a reference of ours; or NULL */
	struct span free_lists[FREELISTS_ARRAYS]; /* of dead objects */
	size_t n_free_lists;
	bool is_watched; /* the shim is at work in this process */
	bool is_ending;  /* the check at the end has begun, or none will be */
	long ending_thread; /* that has begun it */
};

extern struct watched watched;

/* None, with a new reference: what callbacks return.  The GIL is held. */
void *watched_none(void);

#endif /* LEAKSHIM_SHIM_WATCHED_H */
