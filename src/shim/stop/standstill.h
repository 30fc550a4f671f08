/*
 * standstill.h - the other threads stand still while the process is cloned
 *
 * A clone has memory, but no registers, and a register may have the only
 * reference of a thread.  So all other threads are stopped (stopper.h), their
 * registers are read for the analysis, the clone is made, and they are resumed:
 * if all were read, the analysis is exact.  No signal is used, none is lost; no
 * system call notices (common/restart.h).  Threads that cannot be read are
 * counted.
 *
 * Contract of every function here:
 *   side       shim; between standstill_begin() and standstill_end() nothing
 *              may be called that takes a lock: a stopped thread may have it
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe; blocked in between; errno is kept
 */
#ifndef LEAKSHIM_SHIM_STANDSTILL_H
#define LEAKSHIM_SHIM_STANDSTILL_H

#include <stdbool.h>

struct source;

/*
 * Stop them, and put into s what was read, which stays until
 * standstill_forget() or the next call.  A process of one thread has none to
 * stop.
 */
void standstill_begin(struct source *s);

/* Resume them. */
void standstill_end(void);

/* What was read is not needed any more; also in the child of a fork. */
void standstill_forget(void);

/* Stop no thread: all others are unread, for that reason. */
void standstill_omit(struct source *s, const char *why);

#endif /* LEAKSHIM_SHIM_STANDSTILL_H */
