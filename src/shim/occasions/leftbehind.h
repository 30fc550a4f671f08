/*
 * leftbehind.h - a thread that the end of the interpreter leaves behind
 *
 * A daemon thread that asks for a check, or waits for one, when the program
 * ends: an error would be printed by a thread that the interpreter is about to
 * end.  It waits for that, as it would for the GIL.
 *
 * Contract of every function here:
 *   side       shim; a thread of Python that is not the one that finalizes
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_LEFTBEHIND_H
#define LEAKSHIM_SHIM_LEFTBEHIND_H

#include <stdbool.h>

/* The end has begun, in another thread than the caller. */
bool leftbehind_is(void);

/*
 * The GIL is not held.  Returns when the interpreter finalizes, so that it ends
 * the thread as soon as that wants the GIL; or after seconds, because a program
 * that goes on may have run the functions of atexit.  Never returns in a Python
 * 2.7 that has ended, whose data structures are gone.
 */
void leftbehind_wait(void);

/*
 * The report of leakshim.py's check will not be read: remove its files and the
 * directory that they are in.  Each name may be NULL.
 */
void leftbehind_remove(const char *json_path, const char *text_path);

#endif /* LEAKSHIM_SHIM_LEFTBEHIND_H */
