/*
 * interrupted.h - where a signal has interrupted its thread
 *
 * Contract of every function here:
 *   side       shim, in a signal handler
 *   allocates  never
 *   locks      none
 *   signals    safe; errno is kept
 */
#ifndef LEAKSHIM_SHIM_INTERRUPTED_H
#define LEAKSHIM_SHIM_INTERRUPTED_H

#include <stdbool.h>

/*
 * In a system call that waits: it will return EINTR, or be made again.  Nothing
 * of ours makes one while it holds a lock.  context: of the handler.
 */
bool interrupted_while_waiting(const void *context);

#endif /* LEAKSHIM_SHIM_INTERRUPTED_H */
