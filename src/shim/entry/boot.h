/*
 * boot.h - install the shim in a running interpreter
 *
 * Contract of every function here:
 *   side       shim; boot() with the GIL held, in the main loop
 *   allocates  a few Python objects (callbacks), once
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_BOOT_H
#define LEAKSHIM_SHIM_BOOT_H

#include <stdbool.h>

/* A Py_AddPendingCall() function; always 0, with no error set. */
int boot(void *unused);

/*
 * The same in a process that was attached to: its exit is not watched, and
 * nothing is installed if anything does not verify.  NULL, or why not.  The GIL
 * is held, by a thread of our own.
 */
const char *boot_attach(void);

/* Put everything back (see hooks_remove()).  The GIL is held. */
bool boot_detach(void);

#endif /* LEAKSHIM_SHIM_BOOT_H */
