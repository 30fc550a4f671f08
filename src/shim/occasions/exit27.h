/*
 * exit27.h - the end of a Python 2.7
 *
 * 2.7 has neither an atexit module in C nor gc.callbacks.  sys.exitfunc is
 * called last of all exit functions (module atexit chains one that is there);
 * and the first thing module teardown does, right after the last collection,
 * is to set it to None (PyImport_Cleanup in Python/import.c, 2.7.18): an object
 * left there is destroyed at the very moment that gc.callbacks reports later.
 *
 * Contract of every function here:
 *   side       shim, the GIL held
 *   allocates  one Python object
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_EXIT27_H
#define LEAKSHIM_SHIM_EXIT27_H

#include <stdbool.h>

bool exit27_is_needed(void);

/* at_exit and after_collection are called once each; false on failure. */
bool exit27_install(void (*at_exit)(void), void (*after_collection)(void));

#endif /* LEAKSHIM_SHIM_EXIT27_H */
