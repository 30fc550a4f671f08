/*
 * debugoffsets.h - where to put a script for an interpreter to run (PEP 768)
 *
 * From 3.14 on, a debugger may write the name of a script into the state of a
 * thread, which runs it between two bytecodes.  The table at the start of
 * _PyRuntime has the offsets.
 *
 * Contract of every function here:
 *   side       any: it is about an interpreter elsewhere
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_PYTHON_DEBUGOFFSETS_H
#define LEAKSHIM_PYTHON_DEBUGOFFSETS_H

#include <stdint.h>

enum { DEBUGOFFSETS_WORDS = 128 }; /* to be read from _PyRuntime */

struct debugoffsets {
	uint64_t finalizing, interpreters;            /* in _PyRuntime */
	uint64_t next, bytes;                         /* of an interpreter */
	uint64_t main_thread, is_enabled;             /* in it; int32_t */
	uint64_t interpreter, kernel_thread, breaker; /* of a thread */
	uint64_t pending, path;                       /* int32_t, text */
	uint64_t path_bytes;
	/*
	 * Bits of the low byte of the breaker: what makes the thread look for a
	 * script, and for whatever it may be told to look for as we write; and
	 * what must not be written, even if it was read.
	 */
	uint8_t look, never;
};

/* NULL, or why that interpreter does not run debuggers' scripts. */
const char *debugoffsets_read(const uint64_t words[DEBUGOFFSETS_WORDS],
			      struct debugoffsets *out);

#endif /* LEAKSHIM_PYTHON_DEBUGOFFSETS_H */
