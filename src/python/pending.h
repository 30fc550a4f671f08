/*
 * pending.h - calls that wait for the main thread's loop (Py_AddPendingCall)
 *
 * Only 3.8 complains on stderr about a call that comes while the interpreter
 * shuts down, including the program's atexit functions, and no exported symbol
 * says when that has begun.  A call that is known to be in its queue shows
 * where the queue is, and the flag before it.
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  never
 *   locks      the interpreter's, of its queue
 *   signals    not safe, but pending_is_signal_safe(); errno is kept
 */
#ifndef LEAKSHIM_PYTHON_PENDING_H
#define LEAKSHIM_PYTHON_PENDING_H

#include <stdbool.h>

/*
 * From boot, the GIL held: find out what pending_add() must know.  May add a
 * call that does nothing.
 */
void pending_learn(void);

/*
 * Let the main thread call it when it next runs Python.  False: it will not
 * (the queue is full, or Python shuts down).
 */
bool pending_add(int (*call)(void *), void *argument);

/*
 * May a signal handler add one?  Up to 3.7 the lock of the queue is only tried
 * (Python/ceval.c); later versions wait for it, and the interrupted thread may
 * hold it.
 */
bool pending_is_signal_safe(void);

#endif /* LEAKSHIM_PYTHON_PENDING_H */
