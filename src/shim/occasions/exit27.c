#include "config.h"

#include "shim/occasions/exit27.h"

#include <stddef.h>
#include <stdint.h>

#include "python/api.h"
#include "python/atexits.h"
#include "shim/base/watched.h"

/* A Python object of 16 bytes in our own memory: {refcount, type}. */
struct sentinel {
	int64_t refcount;
	void *type;
};

static uint64_t sentinel_type[64]; /* a type object; see atexits.h */
static struct sentinel in_function, in_teardown;

static void (*run_at_exit)(void);
static void (*run_after_collection)(void);
static void *replaced; /* what the program put into sys.exitfunc */
static bool has_run, is_chaining;

static void *call_exitfunc(void *self, void *args);

static struct {
	const char *name;
	void *(*call)(void *, void *);
	int flags;
	const char *doc;
} method = {"leakshim", call_exitfunc, 1, NULL};

static bool
put_exitfunc(void)
{
	void *function;

	/* The function holds the sentinel: both die together. */
	in_function.refcount = 1;
	function = py.PyCFunction_NewEx(&method, &in_function, NULL);
	py.Py_DecRef(&in_function);
	if (!function) {
		py.PyErr_Clear();
		return false;
	}
	py.PySys_SetObject("exitfunc", function);
	py.Py_DecRef(function);
	return true;
}

/* The program has set sys.exitfunc itself: run its function, then ours. */
static int
chain(void *unused)
{
	void *now = py.PySys_GetObject("exitfunc");

	(void)unused;
	is_chaining = false;
	if (has_run)
		return 0;
	if (replaced)
		py.Py_DecRef(replaced);
	replaced = now;
	if (now)
		py.Py_IncRef(now);
	put_exitfunc();
	return 0;
}

/* tp_dealloc of both sentinels. */
static void
sentinel_dealloc(void *o)
{
	if (o == &in_teardown) {
		run_after_collection();
	} else if (!has_run && !is_chaining) {
		is_chaining = true;
		py.Py_AddPendingCall(chain, NULL);
	}
}

static void *
call_exitfunc(void *self, void *args)
{
	void *type = NULL, *value = NULL, *traceback = NULL;
	void *result = NULL, *function = replaced;

	(void)self;
	(void)args;
	replaced = NULL;
	if (function) {
		result = py.PyObject_CallObject(function, NULL);
		py.Py_DecRef(function);
		if (!result)
			py.PyErr_Fetch(&type, &value, &traceback);
	}
	has_run = true;
	run_at_exit();
	in_teardown.refcount = 1;
	py.PySys_SetObject("exitfunc", &in_teardown);
	py.Py_DecRef(&in_teardown);
	if (function && !result) {
		py.PyErr_Restore(type, value, traceback);
		return NULL;
	}
	return result ? result : watched_none();
}

bool
exit27_is_needed(void)
{
	return !atexits_has_module();
}

bool
exit27_install(void (*at_exit)(void), void (*after_collection)(void))
{
	run_at_exit = at_exit;
	run_after_collection = after_collection;
	has_run = false;
	if (!atexits_make_type(sentinel_type, "leakshim", sentinel_dealloc))
		return false;
	in_function.type = in_teardown.type = sentinel_type;
	replaced = py.PySys_GetObject("exitfunc");
	if (replaced)
		py.Py_IncRef(replaced);
	return put_exitfunc();
}
