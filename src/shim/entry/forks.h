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

/* Keep process.pid and is_forked true in children of fork(). */
void forks_init(void);

/* The same in a process that may be forking at this moment: wait for that. */
void forks_init_late(void);

#endif /* LEAKSHIM_SHIM_FORKS_H */
