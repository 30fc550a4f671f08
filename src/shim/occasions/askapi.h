/*
 * askapi.h - a check that the program itself asks for while it runs
 *
 * What leakshim.h and leakshim.py call.  The names with abi1 are those of
 * leakshim.h, whose inline functions have the plain ones; the plain names are
 * for dlsym(3).  Those with py are for leakshim.py of the same version alone.
 *
 * A check has two halves, between which leakshim.py lets the interpreter
 * collect: what is still there afterwards can never be freed.  The thread that
 * began it has the turn until it has ended it.
 *
 * Contract of every function here:
 *   side       shim; any thread, the GIL held or not (leakshim_py_*: held)
 *   allocates  mmap(2) only
 *   locks      the GIL, where the caller does not hold it
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_ASKAPI_H
#define LEAKSHIM_SHIM_ASKAPI_H

#include "shim/base/export.h"

LS_EXPORT int leakshim_is_active(void);
LS_EXPORT int leakshim_check(const char *log_path);
LS_EXPORT long leakshim_checkpoint(void);
LS_EXPORT int leakshim_check_since(long mark, const char *log_path);

LS_EXPORT int leakshim_abi1_is_active(void);
LS_EXPORT int leakshim_abi1_check(const char *log_path);
LS_EXPORT long leakshim_abi1_checkpoint(void);
LS_EXPORT int leakshim_abi1_check_since(long mark, const char *log_path);

/*
 * Begin a check of what is younger than the mark (0: of everything), and older
 * than `until' (0: whatever its age), which will write two files of exactly
 * these names. options: as LEAKSHIM_OPTIONS, for this check alone, or NULL.
 * Returns -1 and errno, and then there is nothing to end; or, where a
 * collection follows, the number of objects that it would have to free.
 */
LS_EXPORT long leakshim_py_begin(long mark, long until, const char *json_path,
				 const char *text_path, const char *options,
				 int collection_follows);

enum {
	LEAKSHIM_PY_GIVE_UP = -1, /* no report: always -1 */
	LEAKSHIM_PY_HAS_NOT_COLLECTED,
	LEAKSHIM_PY_HAS_COLLECTED, /* a full collection lies between */
};

/*
 * End it, while other threads run.  Returns what leakshim_check() does; EINVAL:
 * this thread has begun none.  A check that is never ended is given up when its
 * thread begins another.  The names of the two files again: if the program ends
 * meanwhile, they are removed, and their directory with them.
 */
LS_EXPORT int leakshim_py_end(int outcome, const char *json_path,
			      const char *text_path);

/* 1: record from now on what collections free; 0 ends it.  Calls nest. */
LS_EXPORT int leakshim_py_collected(int on);

/* At exit: wait for a thread that waits for its report without the GIL. */
void askapi_wait_until_idle(void);

/* In the child of a fork: the thread is not there. */
void askapi_forked(void);

#endif /* LEAKSHIM_SHIM_ASKAPI_H */
