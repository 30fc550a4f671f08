/*
 * finalizers.h - what runs when an object dies
 *
 * Two questions that CPython's collector asks as well: does a legacy finalizer
 * prevent freeing a cycle (2.7: __del__ in a cycle; 3.4+: tp_del of C types),
 * and is there a `__del__' that will run (3.4+: tp_finalize)?
 *
 * Contract of every function here:
 *   side       shim and child
 *   allocates  from the arena that is passed
 *   locks      none; the GIL is held, or this is the child
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_FINALIZERS_H
#define LEAKSHIM_PYTHON_FINALIZERS_H

#include <stdbool.h>

struct arena;

struct finalizer {
	const char *name; /* "__del__" */
	const char *file; /* NULL for a finalizer written in C */
	int line;
	int ran; /* 1, 0, -1: not known */
};

/* Make what 2.7 needs (an interned "__del__"); the GIL is held.  From boot. */
void finalizers_init(void);

/* has_legacy_finalizer() (2.7: has_finalizer()) of gcmodule.c. */
bool has_legacy_finalizer(void *o);

/* o's class defines or inherits a `__del__' written in Python. */
bool has_python_finalizer(void *o);

/* Describe the finalizer of o; false when there is none. */
bool finalizer_describe(struct arena *a, void *o, struct finalizer *out);

#endif /* LEAKSHIM_PYTHON_FINALIZERS_H */
