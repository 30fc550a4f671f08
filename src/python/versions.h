/*
 * versions.h - the known versions of CPython
 *
 * The only place where a version is compared: all other code uses a property of
 * `layout', the row in use, by its name (layout.h).  There is no row for
 * versions newer than the newest: such an interpreter is declined.
 *
 * Contract of every function here:
 *   side       any; needs no interpreter
 *   allocates  never, versions_print() what buf does
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_PYTHON_VERSIONS_H
#define LEAKSHIM_PYTHON_VERSIONS_H

#include "common/buf.h"
#include "python/layout.h"

/* The row of a version (major << 8 | minor), NULL if there is none. */
const struct layout *versions_find(unsigned version);

/* All of them, as in "2.7 and 3.6 to 3.15". */
void versions_print(struct buf *out);

#endif /* LEAKSHIM_PYTHON_VERSIONS_H */
