/*
 * interpreters.h - the generation lists of every interpreter of the process
 *
 * Contract of every function here:
 *   side       shim, the GIL held
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_INTERPRETERS_H
#define LEAKSHIM_PYTHON_INTERPRETERS_H

#include <stdbool.h>
#include <stddef.h>

#include "python/gclists.h"

/*
 * `first' and, if other interpreters have lists of their own (3.9+), those that
 * verify; returns the number written to out.
 */
size_t interpreters_lists(const struct gclists *first, struct gclists *out,
			  size_t n_max);

/* Interpreters with lists of their own; 1 if they are not known. */
size_t interpreters_number(void);

/*
 * The holder of the GIL is alone: there is one interpreter, or none has a GIL
 * of its own (before 3.12).
 */
bool interpreters_share_gil(void);

/*
 * The state of each thread that Python knows, in all interpreters; false if
 * they are not known.
 */
bool interpreters_visit_threads(void (*each)(void *tstate, void *ctx),
				void *ctx);

/* Threads that Python knows of, in all interpreters. */
size_t interpreters_threads(void);

#endif /* LEAKSHIM_PYTHON_INTERPRETERS_H */
