/*
 * turn.h - the GIL and the turn among checks, for the thread of a command
 *
 * askapi.c does the same for the program's own threads; but this thread is
 * unknown to Python, nothing waits for it, and it may wait as long as the
 * command does.
 *
 * Contract of every function here:
 *   side       shim; the thread that serves a command
 *   allocates  a thread state, while the turn lasts
 *   locks      the GIL
 *   signals    not safe; errno is kept in turn_nap()
 */
#ifndef LEAKSHIM_SHIM_TURN_H
#define LEAKSHIM_SHIM_TURN_H

#include <stdint.h>

struct attach_page;

/*
 * Take both, at a moment when no collection is under way; NULL, or why not, and
 * then neither is taken. *turn is for turn_give_gil_back() or turn_end().
 */
const char *turn_begin(const struct attach_page *page, void **turn);

/* When the turn's GIL was taken, on the clock of clone_now_ns(). */
uint64_t turn_began_ns(void);

/* Release both; only the GIL. */
void turn_end(void *turn);
void turn_give_gil_back(void *turn);

/* Before looking again. */
void turn_nap(void);

#endif /* LEAKSHIM_SHIM_TURN_H */
