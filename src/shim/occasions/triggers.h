/*
 * triggers.h - checks while a process runs: check_every=, signal=
 *
 * No thread and no timer wait for them.  The allocation hooks look at the clock
 * now and then, and a signal makes them look; a check that is due is made in a
 * pending call: in the main thread's loop, the GIL held, and never inside the
 * allocator.  If the main thread does not get there (it may wait for others
 * forever), it is made at the end of a collection.  A signal that finds a
 * process of one thread waiting in the kernel, outside the interpreter, is
 * served at once.
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

/* In the child of a fork: its time starts now. */
void triggers_forked(void);

/* A collection has ended, and the heap is in order. */
void triggers_collected(void);

/* Why check_every= does nothing, or NULL; also in the clone. */
const char *triggers_problem(void);

#endif /* LEAKSHIM_SHIM_TRIGGERS_H */
