/*
 * arming.h - a function that the next allocation calls
 *
 * This is how start.c waits for Python to be initialized, and triggers.c for
 * its time.  Two places call it: the allocation hooks, and malloc(3).
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_SHIM_ARMING_H
#define LEAKSHIM_SHIM_ARMING_H

/* Before each allocation of Python's, the GIL held; NULL: nothing. */
extern void (*volatile arming_hook)(void);

void arming_set_hook(void (*call)(void));

/* Read by malloc(3) at each call: nonzero while a function is to be called. */
extern volatile int arming_is_on;

/*
 * Let malloc(3) call this in whatever thread, before it allocates; it keeps
 * errno.  NULL: nothing.
 */
void arming_set_malloc(void (*call)(void));

/* In malloc(3), while arming_is_on. */
void arming_call(void);

/* Let both of them call this, until it is replaced; and that once more. */
void arming_wait(void (*call)(void));
void arming_wait_again(void);

#endif /* LEAKSHIM_SHIM_ARMING_H */
