/*
 * locals.h - variables of frames, generators and closures, by name
 *
 * Contract of every function here:
 *   side       shim and child
 *   allocates  never
 *   locks      none; the GIL is held, or this is the child
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_LOCALS_H
#define LEAKSHIM_PYTHON_LOCALS_H

#include <stdbool.h>
#include <stddef.h>

#include "python/api.h"

/* The i-th free variable of a code object (co_freevars[i]). */
bool locals_free_name(void *code, size_t i, char *out, size_t n_out);

/*
 * "(local) x" or ".f_back" when `from' is a frame or has one (generator,
 * coroutine) and a variable of it is `to' or a cell of `to'; false otherwise.
 */
bool locals_edge(void *from, void *to, char *out, size_t n_out);

/* The code of a frame as frames_first() has it, NULL when it has none. */
void *locals_code(void *frame);

/* How many variables a frame of that code has, cells among them. */
size_t locals_count(void *code);

/*
 * What the variables of a running frame (as frames_first() has it) hold, and
 * what is in their cells; nonzero from visit() stops.
 */
int locals_visit(void *frame, visit_fn visit, void *ctx);

/* "(local) x" for what that visited. */
bool locals_frame_edge(void *frame, void *to, char *out, size_t n_out);

#endif /* LEAKSHIM_PYTHON_LOCALS_H */
