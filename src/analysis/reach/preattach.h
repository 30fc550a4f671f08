/*
 * preattach.h - what may be reported of objects from before an attach
 *
 * Their allocations were not recorded, so a leak of the program looks like what
 * the initialization of a C extension leaves behind: a constant whose variable
 * the compiler has dropped, because nothing reads it (Cython's tuples and code
 * objects, hundreds in a large package).  But each is made once, of the
 * interpreter's own immutable types; and where some were dropped, variables
 * still hold more of them.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_PREATTACH_H
#define LEAKSHIM_ANALYSIS_PREATTACH_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/reach/reach.h"

/* Constants that variables of extensions and other libraries hold. */
size_t preattach_count(struct reach *r);

/* Is it the address of a variable of the interpreter? */
bool preattach_is_interpreters(const struct maps *maps, uintptr_t address);

/* May an object of this type be such a constant, or belong to one? */
bool preattach_is_constant(const struct maps *maps, const void *type);

#endif /* LEAKSHIM_ANALYSIS_PREATTACH_H */
