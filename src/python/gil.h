/*
 * gil.h - who may touch Python objects now
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_GIL_H
#define LEAKSHIM_PYTHON_GIL_H

#include <stdbool.h>

/* An interpreter is up and the calling thread holds its GIL. */
bool gil_is_held(void);

/* Py_FinalizeEx() is under way. */
bool is_finalizing(void);

#endif /* LEAKSHIM_PYTHON_GIL_H */
