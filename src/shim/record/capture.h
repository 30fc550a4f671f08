/*
 * capture.h - the Python stack of this thread at this moment, interned
 *
 * Called from the allocator hooks with the GIL held: no Python API, no
 * allocation of the target's, no lock of the target's.
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  mmap(2) only
 *   locks      see stacks.h
 *   signals    not safe; errno is kept
 */
#ifndef LEAKSHIM_SHIM_CAPTURE_H
#define LEAKSHIM_SHIM_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "shim/record/nativestack.h"
#include "shim/record/programstart.h"
#include "shim/record/sidetable.h"

/*
 * Prepare for n_frames (backtrace=; 0: none) and verify the layout of frames
 * on the running interpreter; false: they do not verify (a fault is counted).
 * May be called again by boot, when frames exist that did not before.
 */
bool capture_init(int n_frames);

/* The current stack; 0 when no Python frame is known. */
stack_id capture_stack(void);

/*
 * The same, with the native frames on it when they are asked for: of a program
 * that embeds Python they may be all there is.
 */
static inline stack_id
capture_all(void)
{
	stack_id id = capture_stack();

	if (__builtin_expect(nativestack_is_on, 0))
		return nativestack_capture(id);
	return id;
}

/*
 * From malloc(3), with or without the GIL: the function that the call returns
 * to, where the stack pointer is sp then, and, if it is the C library's, its
 * callers out to the first that is not (callers.h), on the Python stack if this
 * thread runs Python now.  0 when nothing is known.
 */
stack_id capture_in_c(uintptr_t caller, uintptr_t sp);

/*
 * BLOCK_IS_STARTUP until the program's first line runs.  Ask after
 * capture_stack(), which sees that.
 */
static inline unsigned
capture_flags(void)
{
	return programstart_is_pending() ? BLOCK_IS_STARTUP : 0;
}

/* A code object died (BLOCK_IS_CODE came back from sidetable_forget()). */
void capture_code_died(void *code);

/* No code is known any more: stacks_forget() follows. */
void capture_forget(void);

/* stacks_begin_round(), with all caches. */
uint32_t capture_begin_round(void);

/*
 * May the stack, which is in no block now, be used for one again?  If other
 * threads may have held the GIL meanwhile, it may have been recycled.
 */
bool capture_may_keep(stack_id id);

/* In the child of a fork: caches of other threads are garbage. */
void capture_forked(void);

/*
 * Why backtraces are off, or NULL when they work; for doctor and verbosity=1.
 */
const char *capture_problem(void);

#endif /* LEAKSHIM_SHIM_CAPTURE_H */
