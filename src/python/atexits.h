/*
 * atexits.h - what a version offers for the end of the interpreter
 *
 * Contract of every function here:
 *   side       shim, the GIL held
 *   allocates  what PyType_Ready() does
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_ATEXITS_H
#define LEAKSHIM_PYTHON_ATEXITS_H

#include <stdbool.h>
#include <stdint.h>

/* Is atexit a C module, whose functions need no Python code (3.x)? */
bool atexits_has_module(void);

/* Does it keep its functions in the interpreter (3.10+), not in the module? */
bool atexits_survive_module(void);

/*
 * Make a static type of plain 16-byte objects in the 64 words at `type', which
 * must be zero and live forever. 2.7 only.  False on failure.
 */
bool atexits_make_type(uint64_t type[64], const char *name,
		       void (*dealloc)(void *));

#endif /* LEAKSHIM_PYTHON_ATEXITS_H */
