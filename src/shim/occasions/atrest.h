/*
 * atrest.h - a check out of a signal handler
 *
 * If the process has one thread, which waits in the kernel and has left the
 * interpreter, its heap is in order, and no thread can take the GIL before the
 * handler returns: then it can be cloned at once.
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe, unless it is said; errno is kept
 */
#ifndef LEAKSHIM_SHIM_ATREST_H
#define LEAKSHIM_SHIM_ATREST_H

#include <stdbool.h>

/* Remember what a handler cannot ask for.  The GIL is held. */
void atrest_prepare(void);

/*
 * In a handler, with its context: begin a check, if that can be done here.
 * Signals: safe.
 */
bool atrest_check(const char *trigger, const void *context);

#endif /* LEAKSHIM_SHIM_ATREST_H */
