/*
 * programstart.h - when does the program's own first line run?
 *
 * What is allocated before is the interpreter's: the startup imports its own
 * library.  It is over when a frame runs code that is not in the standard
 * library (and was not imported by site), or the library's runpy (python -m),
 * or when the program calls us (a C program may never run a line of Python).
 *
 * Contract of every function here:
 *   side       shim, the GIL held
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_PROGRAMSTART_H
#define LEAKSHIM_SHIM_PROGRAMSTART_H

#include <stdbool.h>
#include <stdint.h>

extern bool programstart_pending;

/* Has the program not begun yet? */
static inline bool
programstart_is_pending(void)
{
	return __builtin_expect(programstart_pending, 0);
}

/* The library's directory, if it is known from elsewhere; "" if not. */
void programstart_set_library(const char *directory);

/* The program has shown that it runs, whatever code is met or not. */
void programstart_end(void);

/*
 * The interpreter is gone, and the program may start another: what that one
 * allocates first is its own again.
 */
void programstart_begin_anew(void);

/* A code object was met for the first time, in this frame. */
void programstart_look(void *frame, uint32_t code);

#endif /* LEAKSHIM_SHIM_PROGRAMSTART_H */
