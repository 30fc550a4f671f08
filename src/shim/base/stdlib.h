/*
 * stdlib.h - where the interpreter's library lives
 *
 * Contract of every function here:
 *   side       shim, the GIL held
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_STDLIB_H
#define LEAKSHIM_SHIM_STDLIB_H

#include <stddef.h>

/*
 * The directory of os.py, according to sys.modules (frozen modules also have a
 * __file__, from 3.11 on); "" if os has not been imported or has no file.
 */
void stdlib_find(char *out, size_t n_out);

#endif /* LEAKSHIM_SHIM_STDLIB_H */
