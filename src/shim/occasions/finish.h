/*
 * finish.h - the end of a process, seen from inside
 *
 * The order at exit: the program's atexit functions, ours (registered first,
 * so it runs last), the interpreter's last collection, teardown.  The check
 * begins at ours and ends after that collection, because only what is still
 * there then is not clearable.  os._exit() and multiprocessing children end
 * in libc's _exit() without any of it.
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  a few Python objects in finish_install()
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_FINISH_H
#define LEAKSHIM_SHIM_FINISH_H

#include <stdbool.h>

/* From boot, the GIL held: register for the exit.  False if that failed. */
bool finish_install(void);

/* The collection at finalization has stopped; the GIL is held. */
void finish_after_collection(void);

/*
 * libc's _exit() is about to run with `status'; the status to use instead.
 * Does nothing in a vfork child or one that only failed to exec.
 */
int finish_before__exit(int status);

/* An exec function has been called; it may still fail. */
void finish_exec_tried(void);

/* This is the child of a fork(). */
void finish_forked(void);

#endif /* LEAKSHIM_SHIM_FINISH_H */
