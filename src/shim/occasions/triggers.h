/*
 * triggers.h - checks that a process asks of itself: check_every=, signal=
 *
 * No thread and no timer wait for them.  The allocation hooks look at the clock
 * now and then, and a signal makes them look; what is due is done in a pending
 * call: in the main thread's loop, the GIL held, and never inside the
 * allocator.  Where the main thread does not come (it may wait for others for
 * ever), at the end of a collection.  A signal that finds a process of one
 * thread waiting in the kernel, out of the interpreter, is served at once.
 *
 * Contract of every function here:
 *   side       shim, the GIL held, unless it is said
 *   allocates  mmap(2) only
 *   locks      the interpreter's, of its pending calls
 *   signals    not safe; errno is kept
 */
#ifndef LEAKSHIM_SHIM_TRIGGERS_H
#define LEAKSHIM_SHIM_TRIGGERS_H

/* From boot; once more after another one. */
void triggers_start(void);

/* Before the hooks go (detach). */
void triggers_stop(void);

/* In the child of a fork: its time begins now. */
void triggers_forked(void);

/* A collection has ended, and the heap is in order. */
void triggers_collected(void);

/* Why check_every= does nothing, or NULL; also in the clone. */
const char *triggers_problem(void);

#endif /* LEAKSHIM_SHIM_TRIGGERS_H */
