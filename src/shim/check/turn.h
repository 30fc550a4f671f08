/*
 * turn.h - the GIL and the turn among checks, for the thread of a command
 *
 * What api.c has for the program's own threads; but this thread is unknown to
 * Python, nobody waits for it, and it may wait as long as the command does.
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
 * Both, at a moment when no collection is under way; NULL, or why not, and then
 * neither.  *turn is for turn_give_gil_back() or turn_end().
 */
const char *turn_begin(const struct attach_page *page, void **turn);

/* When the turn's GIL was taken, as clone_now_ns() has it. */
uint64_t turn_began_ns(void);

/* Give both back; the GIL alone. */
void turn_end(void *turn);
void turn_give_gil_back(void *turn);

/* Before looking again. */
void turn_nap(void);

#endif /* LEAKSHIM_SHIM_TURN_H */
