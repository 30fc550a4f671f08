/*
 * gil.h - which thread may touch Python objects now
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  never
 *   locks      none
 *   signals    not safe, unless it is said
 */
#ifndef LEAKSHIM_PYTHON_GIL_H
#define LEAKSHIM_PYTHON_GIL_H

#include <stdbool.h>

/* An interpreter is up and the calling thread holds its GIL. */
bool gil_is_held(void);

/*
 * Is the thread state that frames_tstate() gave, not NULL, the calling thread's
 * own?  Asked in each malloc(3), and only for one that was the thread's before:
 * up to 3.11 it may be another's by now.  False before gil_learn().
 */
bool gil_is_of_this_thread(const void *tstate);

enum gil_state { GIL_HELD, GIL_NOT_HELD, GIL_UNKNOWN };

/*
 * The same for a caller that would wait forever if the answer were wrong: not
 * with PyGILState_Check(), which always says yes once there has been a second
 * interpreter, and no to a thread that works in that.
 */
enum gil_state gil_look(void);

/* From boot, the GIL held: find out what gil_look() must know. */
void gil_learn(void);

/*
 * A thread state can be made.  In 3.11 and 3.12 the interpreter's first one is
 * static, and taken whenever there is no other: to make it a second time, since
 * all have ended (a fork's child with its only thread), is a fatal error.
 */
bool gil_can_make_state(void);

/*
 * PyGILState_Ensure() and _Release(); gil_can_take(): they are there, and have
 * or can make what they need.
 */
bool gil_can_take(void);
int gil_take(void);

/*
 * For the only thread of a process, which does not hold it: does no thread hold
 * it?  A thread that has ended, or that a fork has left behind, may hold it
 * forever; then its state still exists.
 */
bool gil_is_free(void);
void gil_give_back(int state);

/*
 * Let other threads run while the caller waits: PyEval_SaveThread() and
 * _RestoreThread().  The GIL is held; NULL: it stays so, and is not to be
 * taken.
 */
void *gil_let_go(void);
void gil_take_again(void *state);

/*
 * From a function of the main thread that is run at the end, and has taken its
 * time, the GIL held: let the threads that requested it meanwhile have it.  If
 * the request of a daemon thread outlives it, because it exits when Python has
 * begun to finalize, the next thread that releases the GIL would wait for it
 * forever (drop_gil() in Python/ceval_gil.h, 3.9 to 3.11; fixed in 3.10.8 and
 * 3.11.0).
 */
void gil_offer(void);

/*
 * For the only thread of a process, also in a signal handler: there is one
 * interpreter, and it has been left, so its heap is in order.
 */
bool gil_is_at_rest(void);

/*
 * The interpreter that the thread with the GIL works in, the GIL held; NULL:
 * not known.
 */
const void *gil_interpreter(void);

/* Py_FinalizeEx() is under way.  Signals: safe. */
bool is_finalizing(void);

#endif /* LEAKSHIM_PYTHON_GIL_H */
