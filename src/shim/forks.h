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

/*
 * Is the caller the process that process.pid names?  A vfork child shares our
 * memory and must leave all of it alone; it is not.
 */
bool forks_is_own_process(void);

#endif /* LEAKSHIM_SHIM_FORKS_H */
