/*
 * background.h - a check that the program does not wait for
 *
 * It has the turn among checks (inspector.h) from its start until its end is
 * noticed: by a thread that wants the turn, by the next trigger, or at exit.
 * Until then its clone exists, finished or not.
 *
 * Contract of every function here:
 *   side       shim, the GIL held, unless it is said
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe, unless it is said; errno is kept
 */
#ifndef LEAKSHIM_SHIM_BACKGROUND_H
#define LEAKSHIM_SHIM_BACKGROUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Begin one; with isolate=0 it is over afterwards. since_ns: the program has
 * been stopped for it since then, on clone_now_ns().  False: another check has
 * the turn.  Any other failure has been reported.
 */
bool background_begin(const char *trigger, uint64_t since_ns);

/* The same in a signal handler: see struct inspector_request. */
bool background_begin_at_rest(const char *trigger, void *stack, size_t bytes);

/* Is there one whose end has not been noticed?  Signals: safe. */
bool background_is_there(void);

/* End it if it is over.  In a signal handler: as background_begin_at_rest(). */
void background_settle(void);

/* Wait for it, at most as long as timeout= says.  The GIL is not needed. */
void background_wait(void);

/* Abandon it: the program is about to be replaced. */
void background_give_up(void);

/* In the child of a fork, after inspector_forget(). */
void background_forked(void);

#endif /* LEAKSHIM_SHIM_BACKGROUND_H */
