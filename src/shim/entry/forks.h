/*
 * forks.h - what fork() means for a watched process
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  what pthread_atfork(3) does, once
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_FORKS_H
#define LEAKSHIM_SHIM_FORKS_H

#include <stdbool.h>

/* Keep process.pid and is_forked true in children of fork(). */
void forks_init(void);

/* The same in a process that may be forking at this moment: wait for that. */
void forks_init_late(void);

/*
 * A child that is forked while a thread of ours holds a lock of the program's
 * would wait for it forever: no fork() starts in between, for a second at most.
 * Not for threads that hold the GIL or wait for it.
 */
void forks_keep_out(void);
void forks_let_in(void);

/*
 * Is the caller the process that process.pid names?  A vfork child is not: it
 * shares our memory and must not touch it.
 */
bool forks_is_own_process(void);

#endif /* LEAKSHIM_SHIM_FORKS_H */
