/*
 * pyerror.h - the error indicator, kept while we call the interpreter
 *
 * The program may be handling an exception: ours must not replace it, and none
 * of ours may be left.
 *
 * Contract of every function here:
 *   side       shim; the GIL is held
 *   allocates  as PyErr_Fetch() does
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_PYERROR_H
#define LEAKSHIM_PYTHON_PYERROR_H

#include "python/api.h"

struct pyerror {
	void *type, *value, *traceback;
};

static inline void
pyerror_keep(struct pyerror *e)
{
	py.PyErr_Fetch(&e->type, &e->value, &e->traceback);
}

/* What was kept, instead of what has come since. */
static inline void
pyerror_put_back(struct pyerror *e)
{
	py.PyErr_Clear();
	py.PyErr_Restore(e->type, e->value, e->traceback);
}

#endif /* LEAKSHIM_PYTHON_PYERROR_H */
