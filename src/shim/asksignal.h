/*
 * asksignal.h - the signal that asks for a check (signal=)
 *
 * The program's own handlers come first: the signal is taken only while nobody
 * has it, and whoever takes it later keeps it.
 *
 * Contract of every function here:
 *   side       shim; asksignal_problem() also the clone
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_ASKSIGNAL_H
#define LEAKSHIM_SHIM_ASKSIGNAL_H

#include <stddef.h>

/*
 * Let the signal call handler(context), where context is what sigaction(2)
 * hands over.  NULL, or why not (static storage).  0: no signal.
 */
const char *asksignal_install(int number, void (*handler)(void *context));

/* Give it back, if it is ours still. */
void asksignal_remove(void);

/* Why it does not come to us, as far as that is to be known; NULL: it does. */
const char *asksignal_problem(void);

#endif /* LEAKSHIM_SHIM_ASKSIGNAL_H */
