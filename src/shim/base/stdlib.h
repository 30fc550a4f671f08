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
 * The folder of os.py, as sys.modules knows it (frozen modules have their
 * __file__ too, from 3.11 on); "" when os has not been imported, or where it has
 * no file.
 */
void stdlib_find(char *out, size_t n_out);

#endif /* LEAKSHIM_SHIM_STDLIB_H */
