/*
 * start.h - noticing that a CPython is in the process, and when it is ready
 *
 * Three steps, none of which the target can see:
 *   1. The constructor, or later one of the interposed functions, finds the
 *      symbols of a CPython; the allocator layer goes in, the shim is armed.
 *   2. The first allocation after Py_IsInitialized() schedules boot() with
 *      Py_AddPendingCall(), which needs no GIL and may be called from malloc.
 *   3. boot() runs in the interpreter's main loop (see boot.h).
 *
 * Contract: side shim; locks and signals as said at each function.
 */
#ifndef LEAKSHIM_SHIM_START_H
#define LEAKSHIM_SHIM_START_H

#include <stdbool.h>

/*
 * After loading into a running process: find its Python.  NULL, or why there is
 * none to watch.  In a thread of our own; takes the loader's locks.
 */
const char *start_find_running(void);

/*
 * Look for a libpython that dlopen loaded.  Takes the loader's locks: never
 * from malloc.  Costs one comparison once a Python is known.
 */
void start_look_for_python(void);

#endif /* LEAKSHIM_SHIM_START_H */
