/*
 * ownframes.h - the Python frames of leakshim.py, on top of the program's
 *
 * Contract of every function here:
 *   side       shim, the GIL held; and child
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_OWNFRAMES_H
#define LEAKSHIM_PYTHON_OWNFRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "python/span.h"

/*
 * How many of the calling thread's innermost frames run our own modules;
 * *n_all: how many frames there are.
 */
size_t ownframes_count(size_t *n_all);

/*
 * The first of the others; runs_later: it is a generator's, or a coroutine's.
 * There is one.
 */
void ownframes_next(const void **frame, const void **code, bool *runs_later);

/*
 * The value stacks of the first n_own frames: our modules keep what is the
 * program's in variables, so there are only old words of others in there.
 * Returns how many were written to out.
 */
size_t ownframes_stacks(size_t n_own, struct span *out, size_t n_max);

/*
 * Are these the arguments of a call made by them, which C code holds until it
 * returns?  That is an exact tuple of nothing but None and what their variables
 * hold, as calls make it up to 3.7.
 */
bool ownframes_has_arguments(uintptr_t address);

#endif /* LEAKSHIM_PYTHON_OWNFRAMES_H */
