/*
 * gclists.h - the collector's generation lists, discovered and walked
 *
 * The place of the heads differs within one minor version, so nothing is
 * tabled: a list created a moment ago is the last member of the youngest
 * generation, its successor is the head, and the other heads follow at one of
 * few strides.  Each guess is read safely and must close as a ring, followed by
 * the threshold that gc.get_threshold() returns.
 *
 * Contract of every function here:
 *   side       shim (discovery) and child (walking)
 *   allocates  a few Python objects in gclists_discover(), nothing else
 *   locks      none; the GIL is held, or this is the child
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_GCLISTS_H
#define LEAKSHIM_PYTHON_GCLISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	GENERATIONS = 3,
	GENERATION_PERMANENT = 3, /* gc.freeze(); 3.7+ */
	GENERATION_LISTS = 4,
};

struct gclists {
	uintptr_t heads[GENERATION_LISTS]; /* [3] is 0 if there is none */
	int thresholds[GENERATIONS];
};

/*
 * Find the lists of the current interpreter; gc is the gc module (borrowed).
 * NULL on success, or why not (static storage).
 */
const char *gclists_discover(void *gc, struct gclists *out);

/*
 * The same lists in another interpreter (3.9+), at the same offset in it.
 * False if that does not verify.
 */
bool gclists_of_interpreter(const struct gclists *current, void *interpreter,
			    void *other, struct gclists *out);

/* The next header after `head' on its list. */
uintptr_t gclists_next(uintptr_t head);

/* Thresholds and counts as they are now. */
void gclists_thresholds(const struct gclists *lists, int out[GENERATIONS]);
void gclists_counts(const struct gclists *lists, int out[GENERATIONS]);

#endif /* LEAKSHIM_PYTHON_GCLISTS_H */
