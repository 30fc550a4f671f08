/*
 * The rows were printed by a program of offsetof() lines compiled with
 * -DPy_BUILD_CORE against the installed headers of 2.7.18, 3.6.15, 3.7.16,
 * 3.8.18, 3.9.18, 3.10.13, 3.11.7, 3.12.1, 3.13.0, 3.13.18, 3.14.10 and 3.15.2
 * (x86-64, release builds with a GIL, 2026-11-21).
 */
#include "config.h"

#include "python/layout.h"

#include <string.h>

#include "python/api.h"
#include "python/peek.h"
#include "python/pytext.h"

#define ROW_30                                                                 \
	.tuple_items = 24, .set_smalltable = 64, .generator_frame = 16,        \
	.dict = LAYOUT_DICT_SIZE
#define FUNCTION_39                                                            \
	.function_code = 16, .function_globals = 24, .function_defaults = 32,  \
	.function_kwdefaults = 40, .function_closure = 48,                     \
	.function_dict = 72, .function_annotations = 96
#define FUNCTION_310                                                           \
	.function_code = 48, .function_globals = 16, .function_defaults = 56,  \
	.function_kwdefaults = 64, .function_closure = 72,                     \
	.function_dict = 88, .function_annotations = 112
#define CODE_311                                                               \
	.code_names = 96, .frame_object_iframe = 24,                           \
	.exception_traceback = 40, .dict = LAYOUT_DICT_LOG2,                   \
	.set_smalltable = 64, .counts_finalize_always = true,                  \
	.gc_prev_has_flags = true, .gc_head_bytes = 16, FUNCTION_310

static const struct layout rows[] = {
	{
		.version = 0x0207,
		.gc_head_bytes = 32,
		.type_bytes = 392,
		.heap_type_bytes = 872,
		.tuple_items = 24,
		.set_smalltable = 56,
		.function_code = 16,
		.function_globals = 24,
		.function_defaults = 32,
		.function_closure = 40,
		.function_dict = 64,
		.code_names = 56,
		.code_freevars = 64,
		.code_cellvars = 72,
		.code_n_names = 20,
		.code_stack_size = 24,
		.frame_locals = 376,
		.generator_frame = 16,
		.dict = LAYOUT_DICT_TABLE,
	},
	{
		ROW_30,
		.version = 0x0306,
		.type_bytes = 400,
		.heap_type_bytes = 864,
		FUNCTION_39,
		.gc_head_bytes = 32,
		.ht_qualname = 848,
		.ht_cached_keys = 856,
		.exception_traceback = 32,
		.code_names = 64,
		.code_freevars = 72,
		.code_cellvars = 80,
		.code_n_names = 24,
		.code_stack_size = 28,
		.code_cell2arg = 88,
		.frame_locals = 376,
		.resurrection_aborts = true,
	},
	{
		ROW_30,
		.version = 0x0307,
		.type_bytes = 400,
		.heap_type_bytes = 864,
		FUNCTION_39,
		.gc_head_bytes = 32,
		.ht_qualname = 848,
		.ht_cached_keys = 856,
		.exception_traceback = 32,
		.code_names = 64,
		.code_freevars = 72,
		.code_cellvars = 80,
		.code_n_names = 24,
		.code_stack_size = 28,
		.code_cell2arg = 88,
		.frame_locals = 360,
		.resurrection_aborts = true,
	},
	{
		ROW_30,
		.version = 0x0308,
		.type_bytes = 416,
		.heap_type_bytes = 880,
		FUNCTION_39,
		.gc_head_bytes = 16,
		.ht_qualname = 864,
		.ht_cached_keys = 872,
		.exception_traceback = 32,
		.code_names = 72,
		.code_freevars = 80,
		.code_cellvars = 88,
		.code_n_names = 28,
		.code_stack_size = 32,
		.code_cell2arg = 96,
		.frame_locals = 360,
		.counts_finalize_always = true,
		.gc_prev_has_flags = true,
		.resurrection_aborts = true,
	},
	{
		ROW_30,
		.version = 0x0309,
		.type_bytes = 408,
		.heap_type_bytes = 880,
		FUNCTION_39,
		.gc_head_bytes = 16,
		.ht_qualname = 856,
		.ht_cached_keys = 864,
		.exception_traceback = 32,
		.code_names = 72,
		.code_freevars = 80,
		.code_cellvars = 88,
		.code_n_names = 28,
		.code_stack_size = 32,
		.code_cell2arg = 96,
		.frame_locals = 360,
		.counts_finalize_always = true,
		.gc_prev_has_flags = true,
	},
	{
		ROW_30,
		.version = 0x030a,
		.type_bytes = 408,
		.heap_type_bytes = 888,
		FUNCTION_310,
		.gc_head_bytes = 16,
		.ht_qualname = 864,
		.ht_cached_keys = 872,
		.exception_traceback = 32,
		.code_names = 72,
		.code_freevars = 80,
		.code_cellvars = 88,
		.code_n_names = 28,
		.code_stack_size = 32,
		.code_cell2arg = 96,
		.frame_locals = 352,
		.counts_finalize_always = true,
		.gc_prev_has_flags = true,
	},
	{
		CODE_311,
		.version = 0x030b,
		.type_bytes = 408,
		.heap_type_bytes = 904,
		.ht_qualname = 864,
		.ht_cached_keys = 872,
		.tuple_items = 24,
		.code_n_names = 76,
		.code_n_free = 92,
		.code_stack_size = 68,
		.iframe_locals = 72,
		.generator_frame = 80,
		.values = LAYOUT_VALUES_POINTER,
	},
	{
		CODE_311,
		.version = 0x030c,
		.type_bytes = 416,
		.heap_type_bytes = 920,
		.ht_qualname = 872,
		.ht_cached_keys = 880,
		.tuple_items = 24,
		.code_n_names = 72,
		.code_n_free = 88,
		.code_stack_size = 64,
		.iframe_locals = 72,
		.generator_frame = 72,
		.values = LAYOUT_VALUES_TAGGED,
		.has_immortals = true,
	},
	{
		CODE_311,
		.version = 0x030d,
		.type_bytes = 416,
		.heap_type_bytes = 928,
		.ht_qualname = 872,
		.ht_cached_keys = 880,
		.tuple_items = 24,
		.code_n_names = 72,
		.code_n_free = 88,
		.code_stack_size = 64,
		.iframe_locals = 72,
		.generator_frame = 72,
		.values = LAYOUT_VALUES_INLINE,
		.has_immortals = true,
	},
	{
		CODE_311,
		.version = 0x030e,
		.type_bytes = 416,
		.heap_type_bytes = 936,
		.ht_qualname = 872,
		.ht_cached_keys = 880,
		.tuple_items = 32,
		.code_n_names = 72,
		.code_n_free = 88,
		.code_stack_size = 64,
		.iframe_locals = 80,
		.generator_frame = 72,
		.values = LAYOUT_VALUES_INLINE,
		.has_immortals = true,
		.has_short_refcount = true,
		.has_borrowed_stack = true,
	},
	{
		CODE_311,
		.version = 0x030f,
		.type_bytes = 424,
		.heap_type_bytes = 944,
		.ht_qualname = 880,
		.ht_cached_keys = 888,
		.tuple_items = 32,
		.code_n_names = 72,
		.code_n_free = 88,
		.code_stack_size = 64,
		.iframe_locals = 80,
		.generator_frame = 72,
		.values = LAYOUT_VALUES_INLINE,
		.has_immortals = true,
		.has_short_refcount = true,
		.has_borrowed_stack = true,
	},
};

const struct layout *layout;

bool
layout_find(void)
{
	size_t i;

	layout = NULL;
	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].version == python.version)
			layout = &rows[i];
	return layout;
}

/* `type' is itself a heap type's worth of memory: tp_basicsize tells it. */
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
	if (!layout)
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
