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

/*
 * Is the thread state that frames_tstate() gave, not NULL, the calling thread's
 * own?  Asked in each malloc(3), so only the question that is open is: up to
 * 3.11 it is a global variable, the state of whoever holds the GIL.
 */
bool gil_is_of_this_thread(const void *tstate);

/* Py_FinalizeEx() is under way. */
bool is_finalizing(void);

#endif /* LEAKSHIM_PYTHON_GIL_H */
