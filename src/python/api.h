/*
 * api.h - CPython's exported symbols, looked up at run time
 *
 * One binary serves every CPython, so nothing of it is linked: api.def lists
 * the names, api_load() asks the dynamic linker for each, and a name that this
 * interpreter does not export stays NULL.  Callers test for NULL where the
 * table in api.def says that a version lacks the name.
 *
 * Types are void * on purpose: the shim has no Python headers, and layouts are
 * the business of src/python/ alone.
 *
 * Contract of every function here:
 *   side       shim and child (read only after api_load())
 *   allocates  never
 *   locks      the loader's, inside dlsym(3): never from a malloc hook
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_API_H
#define LEAKSHIM_PYTHON_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int (*visit_fn)(void *object, void *ctx); /* visitproc */

struct api {
#define API_FUNCTION(result, name, ...) result (*name)(__VA_ARGS__);
#define API_DATA(name) void *name; /* the symbol's address */
#include "python/api.def"
#undef API_FUNCTION
#undef API_DATA
};

extern struct api py;

/* What runs: filled by api_load(). */
struct python {
	void *handle; /* for dlsym(3): RTLD_DEFAULT or of a late libpython */
	/* Not to be compared: `layout' is this version's row (layout.h). */
	unsigned major, minor, micro;
	char text[32];  /* "3.13.5", with a suffix such as "a1" or "rc2" */
	bool is_shared; /* Py_GetVersion lives outside the executable */
	bool is_debug;  /* Py_DEBUG build */
	bool is_free_threaded;
	bool is_pypy;
	bool has_wide_unicode; /* 2.7: --enable-unicode=ucs4 */
};

extern struct python python;

/*
 * Look everything up through `handle'.  False if this is not a CPython that is
 * supported; *why then says why in a few words (static storage), or is NULL if
 * no Python was found at all.
 */
bool api_load(void *handle, const char **why);

#endif /* LEAKSHIM_PYTHON_API_H */
