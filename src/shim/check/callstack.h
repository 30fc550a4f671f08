/*
 * callstack.h - the program's stack, without the call that asked for a check
 *
 * A check that the program asks for runs at the end of a call of ours:
 * leakshim.py's functions, ctypes, libffi.  Their stack frames are where calls
 * of the program were a moment before, and a variable that has not been set yet
 * has a stale word, which would hide the very object that was lost last.  They
 * contain nothing of the program's except saved registers.  So the stack is
 * examined only from the interpreter's frame that called us, with the registers
 * as they were there.
 *
 * The unwinder is libgcc_s's, which is loaded for this (RTLD_LOCAL): only with
 * it is the start of a frame exact.
 *
 * Contract of every function here:
 *   side       shim, the GIL held
 *   allocates  callstack_prepare(): dlopen(3)
 *   locks      callstack_prepare(): the loader's
 *   signals    not safe; errno is kept
 */
#ifndef LEAKSHIM_SHIM_CALLSTACK_H
#define LEAKSHIM_SHIM_CALLSTACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "python/span.h"
#include "shim/check/registers.h"

enum { CALLSTACK_WORDS = REGISTERS + 8, CALLSTACK_STACKS = 32 };

struct callstack {
	uintptr_t from; /* below, nothing is the program's */
	uintptr_t end;  /* of the outermost frame's callee */
	/*
	 * What the frames below hold for the program after all: the registers
	 * that a function keeps, as they were, and the arguments of our call.
	 */
	uintptr_t words[CALLSTACK_WORDS];
	unsigned n_words;
	/* The value stacks of our own Python frames. */
	struct span stacks[CALLSTACK_STACKS];
	size_t n_stacks;
	const void *frame, *code; /* the program's innermost Python frame */
	bool runs_later;          /* it is a generator's or a coroutine's */
};

/* Load the unwinder: in a call from the program, never in a hook. */
void callstack_prepare(void);

/*
 * Remember how the stack is at this mark, for callstack_at().  The innermost
 * function of the program's is suspended until the check, or its callers are:
 * what they have on it does not change.
 */
void callstack_note(uint32_t mark);

/*
 * The words from c->from on, as they were at the mark; *n of them.  NULL: not
 * known, or the function that set the mark has returned, or may have been left
 * and entered again (a generator).
 */
const uintptr_t *callstack_at(uint32_t mark, const struct callstack *c,
			      size_t *n);

/*
 * Of the calling thread.  False when it is not known where the program's part
 * begins.
 */
bool callstack_find(struct callstack *out);

#endif /* LEAKSHIM_SHIM_CALLSTACK_H */
