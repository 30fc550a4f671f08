/*
 * linetable.h - from an offset in the bytecode to a line
 *
 * Four formats: 2.7's co_lnotab, the signed one of 3.6 to 3.9, co_linetable of
 * 3.10, and the location table of 3.11 and later.  The table is data of the
 * target: every read is bounded.
 *
 * Contract of every function here:
 *   side       child and tool
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_PYTHON_LINETABLE_H
#define LEAKSHIM_PYTHON_LINETABLE_H

#include <stddef.h>

#include "python/layout.h"

/*
 * The line of the instruction at byte `offset'; -1 when it has none.
 */
int linetable_find(enum layout_lines kind, const unsigned char *table, size_t n,
		   int first_line, int offset);

#endif /* LEAKSHIM_PYTHON_LINETABLE_H */
