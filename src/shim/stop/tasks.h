/*
 * tasks.h - the threads of a process, as /proc shows them
 *
 * Contract of every function here:
 *   side       the helper of standstill.h, which shares the requester's
 *              thread-local storage: no errno, no call of the C library
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_SHIM_TASKS_H
#define LEAKSHIM_SHIM_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* each() of their ids.  False: they cannot be listed. */
bool tasks_walk(pid_t pid, void (*each)(pid_t tid, void *ctx), void *ctx);

/* As in /proc/PID/stat: 'R', 'S', 'D', 'Z'; 'X' when it is not there. */
char tasks_state(pid_t pid, pid_t tid);

/* Is it in a system call that a stop may cut short (common/restart.h)? */
bool tasks_is_moving(pid_t pid, pid_t tid);

#endif /* LEAKSHIM_SHIM_TASKS_H */
