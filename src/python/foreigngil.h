/*
 * foreigngil.h - may a thread that Python does not know take the GIL?
 *
 * It takes it with gil_take(); this is what it must know beyond gil_look(): it
 * must not wait in an interpreter that ends, nor rely on a GIL that excludes no
 * other thread.  Up to 3.6 there may be no GIL yet: it is made when the first
 * thread is.  A foreign thread that made it would run beside the main thread;
 * so the main thread makes it, in its loop (a pending call) or, where it waits
 * in the kernel, by foreigngil_make_gil().
 *
 * Contract of every function here:
 *   side       shim; a thread of our own, unless it is said
 *   allocates  never; foreigngil_make_gil(): the interpreter's lock
 *   locks      none; foreigngil_make_gil(): the new GIL
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_FOREIGNGIL_H
#define LEAKSHIM_PYTHON_FOREIGNGIL_H

#include <stdbool.h>

/* Why it cannot be taken at all, or NULL. */
const char *foreigngil_problem(void);

/*
 * Are there other interpreters that may run while ours has been stopped?  The
 * GIL is held.
 */
bool foreigngil_has_rivals(void);

/* Must a GIL be made first? */
bool foreigngil_lacks_gil(void);

/*
 * Ask the main thread's loop to make it; then wait for foreigngil_lacks_gil().
 */
bool foreigngil_ask_for_gil(void);

/*
 * A thread state for the calling thread, which has none; NULL: no memory.  It
 * is made without the GIL, but with a lock of the interpreter's, for which a
 * child forked meanwhile would wait forever (PyOS_AfterFork_Child() up to 3.10
 * takes it before it recreates it, 2.7 never does): keep fork() out.
 */
void *foreigngil_new_state(void);

/* Wait for the GIL with it; give it back, and the state is gone. */
void foreigngil_take(void *state);
void foreigngil_give_back(void *state);

/* In the main thread, stopped in a wait of its own: make it. */
void foreigngil_make_gil(void);

#endif /* LEAKSHIM_PYTHON_FOREIGNGIL_H */
