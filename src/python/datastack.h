/*
 * datastack.h - the part of a thread's frame stack that is not in use
 *
 * From 3.11 on, frames live in chunks of 16 KiB and more (Include/cpython/
 * pystate.h: _PyStackChunk), whose free rest is full of stale references.
 * Their place in the thread state is recognized, not tabled: three words, of
 * which the first points to a chunk that the other two fit.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_PYTHON_DATASTACK_H
#define LEAKSHIM_PYTHON_DATASTACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * unused() for the free rest of every chunk of every thread of every
 * interpreter; can_read() says what may be looked at.
 */
void datastack_unused(bool (*can_read)(uintptr_t address, size_t n),
		      void (*unused)(uintptr_t start, uintptr_t end, void *ctx),
		      void *ctx);

#endif /* LEAKSHIM_PYTHON_DATASTACK_H */
