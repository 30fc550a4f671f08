/*
 * native.h - the telling native frames of an allocation
 *
 * Contract of every function here:
 *   side       analysis child and tool
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_NATIVE_H
#define LEAKSHIM_REPORT_NATIVE_H

#include <stdbool.h>

#include "report/report.h"

/*
 * The frame of the function that asked for the object: the innermost one that
 * is neither the interpreter's nor the C library's, or else the innermost of
 * the interpreter's that is not part of the C API.  NULL: Python code itself
 * made the object, or it is not known.
 */
const struct report_native *native_culprit(const struct finding *f);

/* Is the innermost native frame known, and none of the interpreter's? */
bool native_is_from_outside(const struct finding *f);

/*
 * Is the module part of the C or C++ library, or an allocator?  They allocate
 * on behalf of their callers.
 */
bool native_is_system(const char *module);

/* For lost memory: the innermost frame outside those, or NULL. */
const struct report_native *native_asker(const struct finding *f);

#endif /* LEAKSHIM_REPORT_NATIVE_H */
