#include "config.h"

#include "python/layout.h"

#include <string.h>

#include "python/api.h"
#include "python/peek.h"
#include "python/pytext.h"

/* `type' has itself the size of a heap type, which is its tp_basicsize. */
static bool
heap_type_size_fits(void)
{
	return peek_word((uintptr_t)py.PyType_Type + TP_BASICSIZE, 0) ==
	       layout->heap_type_bytes;
}

static bool
is_named(const void *type, const char *name)
{
	char text[32];
	uintptr_t p = peek_word((uintptr_t)type + TP_NAME, 0);

	return peek(text, p, strlen(name) + 1) && !strcmp(text, name);
}

/* A tuple of one known item shows where tuples keep their items. */
static bool
tuple_items_fit(void)
{
	void *tuple = py.PyTuple_New ? py.PyTuple_New(1) : NULL;
	bool fits;

	if (!tuple) {
		py.PyErr_Clear();
		return false;
	}
	py.Py_IncRef(py._Py_NoneStruct);
	py.PyTuple_SetItem(tuple, 0, py._Py_NoneStruct);
	fits = peek_word((uintptr_t)tuple + layout->tuple_items, 0) ==
	       (uintptr_t)py._Py_NoneStruct;
	py.Py_DecRef(tuple);
	return fits;
}

const char *
layout_verify(void)
{
	if (!layout->version)
		return "no layout is known for this version";
	if (!is_named(py.PyType_Type, "type") ||
	    !is_named(py.PyDict_Type, "dict") ||
	    peek_word((uintptr_t)py.PyType_Type + OB_TYPE, 0) !=
		    (uintptr_t)py.PyType_Type)
		return "type objects are laid out in another way";
	if (!heap_type_size_fits())
		return "heap types do not have the size that they have in the "
		       "known releases";
	if (!tuple_items_fit())
		return "tuples are laid out in another way";
	return NULL;
}
