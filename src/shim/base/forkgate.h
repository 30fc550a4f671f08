/*
 * forkgate.h - no fork() while a thread of ours holds a lock of the program's
 *
 * A child that is forked then would wait for the lock forever.
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  never
 *   locks      waits, for a second at most
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_FORKGATE_H
#define LEAKSHIM_SHIM_FORKGATE_H

/*
 * In between, no fork() starts. Not for threads that hold the GIL or wait for
 * it.
 */
void forkgate_keep_out(void);
void forkgate_let_in(void);

/* From the handlers of fork(): before it, after it, in its child. */
void forkgate_begin(void);
void forkgate_end(void);
void forkgate_forked(void);

/* As long as a fork() takes, roughly. */
void forkgate_nap(void);

#endif /* LEAKSHIM_SHIM_FORKGATE_H */
