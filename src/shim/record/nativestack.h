/*
 * nativestack.h - the native stack of an allocation, by libunwind
 *
 * Only with native=N: libunwind is loaded on demand, into a scope of its own,
 * because as a dependency it would take over the C++ exceptions of programs.
 * Native frames are in the stack depot on top of the Python stack that they
 * belong to; the frame of the interpreter loop says how many Python frames it
 * runs, so that the two can be spliced.
 *
 * Contract of the functions here:
 *   side       shim, the GIL held
 *   allocates  mmap(2); libunwind calls malloc(3) at times
 *   locks      the depot's; libunwind takes the loader's (dl_iterate_phdr),
 *              never while one of ours is held
 *   signals    not safe; errno is kept
 */
#ifndef LEAKSHIM_SHIM_NATIVESTACK_H
#define LEAKSHIM_SHIM_NATIVESTACK_H

#include <stdbool.h>
#include <stddef.h>

#include "shim/record/sidetable.h"

extern bool nativestack_is_on;

/* Load libunwind and keep the n innermost frames (native=) from now on. */
void nativestack_init(int n);

/* Are n native frames, or more, kept of each allocation? */
bool nativestack_keeps(size_t n);

/* Why native frames were asked for and are not kept, or NULL. */
const char *nativestack_problem(void);

/* The present native stack on top of a Python stack that is not 0. */
stack_id nativestack_capture(stack_id below);

/* The stacks that are remembered may have been reused. */
void nativestack_forget(void);

/* Code was unmapped: what libunwind knows of it is wrong. */
void nativestack_code_unmapped(void);

#endif /* LEAKSHIM_SHIM_NATIVESTACK_H */
