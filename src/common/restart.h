/*
 * restart.h - system calls that notice when their thread was stopped
 *
 * Most calls that wait continue by themselves after a stop.  Some return -EINTR
 * even if no signal handler has run.  If the stopped thread is about to return
 * that, RESTART_UNLESS_HANDLED in its place makes the kernel restart the call;
 * if a handler does run, the call returns -EINTR after it, as it should.  A
 * relative time limit of such a call starts again as well.
 *
 * None of these has had an effect when it returns -EINTR.
 *
 * A call that moves much data returns at a stop what it has moved so far, and
 * nothing mends that: such threads are not stopped.
 *
 * Contract of every function here:
 *   side       shim and tool
 *   allocates  never
 *   locks      none
 *   signals    safe; without errno, and so for threads that share one's storage
 */
#ifndef LEAKSHIM_COMMON_RESTART_H
#define LEAKSHIM_COMMON_RESTART_H

#include <stdbool.h>

/* -ERESTARTNOHAND, which the kernel keeps to itself (linux/errno.h). */
enum { RESTART_UNLESS_HANDLED = -514 };

/* A stopped thread in this call (-1: in none), about to return that. */
bool restart_is_needed(long call, long returned);

/*
 * Is a thread, of whose /proc/PID/task/TID/syscall this is the text, in a call
 * that a stop may cut short?
 */
bool restart_would_cut(const char *text);

#endif /* LEAKSHIM_COMMON_RESTART_H */
