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

struct attach_page;

/*
 * Both, at a moment when no collection is under way; NULL, or why not, and then
 * neither.  *turn is for gil_give_back() or turn_end().
 */
const char *turn_begin(const struct attach_page *page, int *turn);

/* Give both back. */
void turn_end(int turn);

/* Before looking again. */
void turn_nap(void);

#endif /* LEAKSHIM_SHIM_TURN_H */
