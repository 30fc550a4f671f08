/*
 * asksignal.h - the signal that asks for a check (signal=)
 *
 * The program's own handlers come first: the signal is ours only while the
 * program does not use it, and a handler that the program installs later stays.
 * A program that resets it to its default action, as workers of gunicorn do
 * with all signals, does not use it: then it is ours again, or the request for
 * a check would kill the process.  A signal that the program then sends to
 * itself has its default effect, which is mostly to terminate it.
 *
 * Contract of every function here:
 *   side       shim; asksignal_problem() also the clone
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_ASKSIGNAL_H
#define LEAKSHIM_SHIM_ASKSIGNAL_H

#include <signal.h>

struct asksignal_calls {
	void (*asked)(void *context); /* as sigaction(2) hands it over */
	void (*taken)(void);          /* by a handler of the program's */
};

/*
 * Let the signal call us; the caller's function is called.  NULL, or why not
 * (static storage). 0: no signal.
 */
const char *asksignal_install(int number, const struct asksignal_calls *calls);

/* The signal, while it is asked for; 0: none. */
int asksignal_number(void);

/*
 * sigaction(2) of the program, for that signal: it sees the default action
 * where ours is.  Signals: safe.
 */
int asksignal_change(const struct sigaction *action, struct sigaction *old);

/* Give it back, if it is still ours. */
void asksignal_remove(void);

/* Why it does not reach us, as far as that is known; NULL: it does. */
const char *asksignal_problem(void);

#endif /* LEAKSHIM_SHIM_ASKSIGNAL_H */
