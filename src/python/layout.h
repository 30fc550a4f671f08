/*
 * layout.h - where CPython keeps what the analysis reads, per version
 *
 * One table, generated from the headers of real releases (the command stands
 * in layout.c).  What did not change from 2.7 to 3.15 is a constant here.  Every field is an offset in
 * bytes from the start of its struct; 0 means that the version has no such
 * field.  layout_find() picks the row; what depends on it is verified by
 * layout_verify() on the running interpreter before its first use.
 *
 * Contract of every function here:
 *   side       shim and child
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_PYTHON_LAYOUT_H
#define LEAKSHIM_PYTHON_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

/* Include/object.h, the same in every supported version. */
enum {
	OB_TYPE = 8,
	OB_SIZE = 16,
	TP_NAME = 24,
	TP_BASICSIZE = 32,
	TP_ITEMSIZE = 40,
	TP_DEALLOC = 48,
	TP_FLAGS = 168,
	TP_TRAVERSE = 184,
	TP_CLEAR = 192,
	TP_WEAKLISTOFFSET = 208,
	TP_MEMBERS = 240,
	TP_BASE = 256,
	TP_DICT = 264,
	TP_DICTOFFSET = 288,
	TP_MRO = 344,
	TP_DEL = 376,
	TP_FINALIZE = 392, /* 3.4+ */
	CELL_REF = 16,
	LIST_ITEMS = 24,
	LIST_ALLOCATED = 32,
	SET_MASK = 32,
	SET_TABLE = 40,
	FUNCTION_CODE_27 = 16,
	INSTANCE_CLASS = 16, /* PyInstanceObject, 2.7 */
	INSTANCE_DICT = 24,
	CLASS_DICT = 24, /* PyClassObject, 2.7 */
	CLASS_NAME = 32,
	EXCEPTION_DICT = 16,
};

/* tp_flags bits (Include/object.h). */
enum {
	FLAG_INLINE_VALUES = 1 << 2, /* 3.13+ */
	FLAG_HEAPTYPE = 1 << 9,
	FLAG_READY = 1 << 12,
	FLAG_HAVE_GC = 1 << 14,
	FLAG_LONG = 1 << 24,
	FLAG_LIST = 1 << 25,
	FLAG_TUPLE = 1 << 26,
	FLAG_UNICODE = 1 << 28,
	FLAG_DICT = 1 << 29,
	FLAG_EXCEPTION = 1 << 30,
};
#define FLAG_TYPE (1UL << 31)

enum layout_dict {
	LAYOUT_DICT_TABLE, /* 2.7: one table of 24-byte entries */
	LAYOUT_DICT_SIZE,  /* 3.6-3.10: dk_size and dk_lookup */
	LAYOUT_DICT_LOG2,  /* 3.11+: log2 sizes, 16-byte entries for str keys */
};

/* How an instance keeps its attributes when it has no dict object yet. */
enum layout_values {
	LAYOUT_VALUES_NONE,
	LAYOUT_VALUES_POINTER, /* 3.11: values and dict words before the header */
	LAYOUT_VALUES_TAGGED,  /* 3.12: one word, bit 0 set for values */
	LAYOUT_VALUES_INLINE,  /* 3.13+: behind the object */
};

struct layout {
	uint16_t version; /* major << 8 | minor */
	uint16_t gc_head_bytes;
	uint16_t type_bytes;      /* PyTypeObject */
	uint16_t heap_type_bytes; /* PyHeapTypeObject */
	uint16_t ht_qualname;
	uint16_t ht_cached_keys;
	uint16_t tuple_items;
	uint16_t set_smalltable;
	uint16_t function_code;
	uint16_t function_closure;
	uint16_t function_dict;
	uint16_t function_globals;
	uint16_t function_defaults;
	uint16_t function_kwdefaults;
	uint16_t function_annotations;
	uint16_t exception_traceback; /* then context and cause, 8 apart */
	uint16_t code_names;          /* co_varnames, or co_localsplusnames */
	uint16_t code_freevars;       /* tuple up to 3.10 */
	uint16_t code_cellvars;
	uint16_t code_n_names;  /* co_nlocals, or co_nlocalsplus: int */
	uint16_t code_n_free;   /* co_nfreevars: int, 3.11+ */
	uint16_t code_stack_size; /* co_stacksize: int */
	uint16_t code_cell2arg;   /* a pointer, 3.6 to 3.10 */
	uint16_t frame_locals;  /* PyFrameObject.f_localsplus up to 3.10 */
	uint16_t iframe_locals; /* _PyInterpreterFrame.localsplus, 3.11+ */
	uint16_t generator_frame; /* pointer up to 3.10, embedded from 3.11 */
	uint16_t frame_object_iframe; /* PyFrameObject.f_frame, 3.11+ */
	enum layout_dict dict;
	enum layout_values values;
	bool counts_finalize_always; /* 3.8+: without Py_TPFLAGS_HAVE_FINALIZE */
	bool gc_prev_has_flags;      /* 3.8+: finalized bit in _gc_prev */
	bool has_immortals;          /* 3.12+ */
	bool has_short_refcount;     /* 3.14+: the low 32 bits */
	bool has_borrowed_stack;     /* 3.14+: suspended generators */
	bool resurrection_aborts;    /* up to 3.8: one resurrected object saves all */
};

/* The row in use; NULL until layout_find() succeeded. */
extern const struct layout *layout;

/* Pick the row for python.version; false when there is none. */
bool layout_find(void);

/*
 * Compare what can be compared on the running interpreter: sizes of type and
 * heap type, offsets of names.  The GIL is held.  NULL, or what is wrong.
 */
const char *layout_verify(void);

#endif /* LEAKSHIM_PYTHON_LAYOUT_H */
