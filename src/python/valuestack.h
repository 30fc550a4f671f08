/*
 * valuestack.h - where a frame keeps the operands of its expressions
 *
 * Behind a frame's variables is room for as many operands as its code ever
 * needs.  What is popped stays there, and holds nobody.
 *
 * Contract of every function here:
 *   side       shim, the GIL held; and child
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_PYTHON_VALUESTACK_H
#define LEAKSHIM_PYTHON_VALUESTACK_H

#include <stdbool.h>
#include <stdint.h>

#include "python/span.h"

/* All of that room, of a frame as frames_first() has it.  False: not known. */
bool valuestack_find(const void *frame, struct span *out);

/*
 * Where the part of a frame object up to 3.10 that holds something ends, whose
 * block ends at `end'.  How deep the stack of a frame is that runs is not
 * written down: then it is all of it.
 */
uintptr_t valuestack_end(const void *frame, uintptr_t end);

#endif /* LEAKSHIM_PYTHON_VALUESTACK_H */
