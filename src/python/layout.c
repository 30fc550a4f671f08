#include "config.h"

#include "python/layout.h"

#include <string.h>

#include "python/api.h"
#include "python/objects.h"
#include "python/peek.h"

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

struct expected {
	const char *name;
	size_t offset; /* 0: this version has none there */
};

/*
 * Types say in tp_members where their fields are.  A name that the version does
 * not have there says nothing.
 */
static bool
members_fit(const void *type, const struct expected *all, size_t n)
{
	enum { MOST = 64 };
	uintptr_t at = type ? peek_word((uintptr_t)type + TP_MEMBERS, 0) : 0;
	struct member m;
	char name[24];
	size_t i, k;

	for (k = 0; at && k < MOST && peek(&m, at, sizeof m) && m.name; k++) {
		at += sizeof m;
		if (!peek(name, (uintptr_t)m.name, sizeof name))
			continue;
		name[sizeof name - 1] = '\0';
		for (i = 0; i < n; i++)
			if (all[i].offset && !strcmp(name, all[i].name) &&
			    (size_t)m.offset != all[i].offset)
				return false;
	}
	return true;
}

static bool
types_fit(void)
{
	static const struct expected all[] = {
		{"__basicsize__", TP_BASICSIZE},
		{"__itemsize__", TP_ITEMSIZE},
		{"__flags__", TP_FLAGS},
		{"__weakrefoffset__", TP_WEAKLISTOFFSET},
		{"__base__", TP_BASE},
		{"__dictoffset__", TP_DICTOFFSET},
		{"__mro__", TP_MRO},
	};

	return members_fit(py.PyType_Type, all, sizeof all / sizeof *all);
}

static bool
functions_fit(void)
{
	const struct expected all[] = {
		{"__closure__", layout->function_closure},
		{"__globals__", layout->function_globals},
	};

	return members_fit(py.PyFunction_Type, all, sizeof all / sizeof *all);
}

static bool
codes_fit(void)
{
	const struct frame_layout *f = &layout->frame;
	const struct expected all[] = {
		{"co_stacksize", layout->code_stack_size},
		{"co_flags", f->code_flags},
		{"co_firstlineno", f->code_first_line},
		{"co_filename", f->code_filename},
		{"co_qualname", f->code_name},   /* 3.11+ */
		{"co_linetable", f->code_table}, /* 3.10+ */
		{"co_lnotab", f->code_table},
		{"co_freevars", layout->code_freevars},
		{"co_cellvars", layout->code_cellvars},
	};

	return members_fit(py.PyCode_Type, all, sizeof all / sizeof *all);
}

/* Up to 3.10 a frame, and what a generator has of one, is an object. */
static bool
frames_fit(void)
{
	const struct expected frame[] = {
		{"f_back", layout->frame.back},
		{"f_code", layout->frame.code},
		{"f_lasti", layout->frame.instruction},
	};
	const struct expected generator[] = {
		{"gi_frame", layout->generator_frame},
	};

	return members_fit(py.PyFrame_Type, frame,
			   sizeof frame / sizeof *frame) &&
	       members_fit(py.PyGen_Type, generator,
			   sizeof generator / sizeof *generator);
}

const char *
layout_verify(void)
{
	if (!layout->version)
		return "no layout is known for this version";
	if (!is_named(py.PyType_Type, "type") ||
	    !is_named(py.PyDict_Type, "dict") ||
	    peek_word((uintptr_t)py.PyType_Type + OB_TYPE, 0) !=
		    (uintptr_t)py.PyType_Type ||
	    !types_fit())
		return "type objects are laid out in another way";
	if (!heap_type_size_fits())
		return "heap types do not have the size that they have in the "
		       "known releases";
	if (!tuple_items_fit())
		return "tuples are laid out in another way";
	if (!functions_fit() || !codes_fit() || !frames_fit())
		return "functions, code or frames are laid out in another way";
	return NULL;
}
