/*
 * layout.h - what differs between the versions of CPython
 *
 * A struct layout is all that the shim knows about one version: where fields
 * are, how large things are, what it does and does not do.  The rows are in
 * versions.c; no other file compares a version (scripts/check-versions), it
 * asks for a property of the row in use.  What did not change from 2.7 to 3.15
 * is a constant here.  A field is an offset in bytes from the start of its
 * struct if nothing else is said; 0 means that the version has no such field.
 *
 * api_load() picks the row of the interpreter that it found, by its version;
 * layout_verify() compares it with the running interpreter before its first
 * use.
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
	LAYOUT_DICT_UNKNOWN,
	LAYOUT_DICT_TABLE, /* 2.7: one table of 24-byte entries */
	LAYOUT_DICT_SIZE,  /* 3.6-3.10: dk_size and dk_lookup */
	LAYOUT_DICT_LOG2,  /* 3.11+: log2 sizes, 16-byte entries for str keys */
};

/* How an instance keeps its attributes when it has no dict object yet. */
enum layout_values {
	LAYOUT_VALUES_NONE,
	/* 3.11: values and dict words before the header */
	LAYOUT_VALUES_POINTER,
	LAYOUT_VALUES_TAGGED, /* 3.12: one word, bit 0 set for values */
	LAYOUT_VALUES_INLINE, /* 3.13+: behind the object */
};

/* How a code object maps instructions to lines. */
enum layout_lines {
	LAYOUT_LINES_UNKNOWN,
	LAYOUT_LINES_UNSIGNED,  /* 2.7: pairs of bytes and lines */
	LAYOUT_LINES_SIGNED,    /* 3.6-3.9: lines may go back */
	LAYOUT_LINES_PEP626,    /* 3.10: -128 for "no line" */
	LAYOUT_LINES_LOCATIONS, /* 3.11+: Objects/locations.md */
};

/* Frames, and what is asked of their code; frames.h. */
struct frame_layout {
	uint8_t tstate_frame; /* the frame, or _PyCFrame in 3.11 and 3.12 */
	int8_t cframe_frame;  /* inside _PyCFrame; -1: there is none */
	uint8_t cframe_back;  /* 3.11 */
	uint8_t tstate_interp;
	uint8_t back;        /* f_back, or previous */
	uint8_t code;        /* f_code, or f_executable */
	uint8_t instruction; /* f_lasti: int, or a pointer from 3.11 on */
	uint8_t owner;       /* 3.11+ */
	bool has_lasti;      /* up to 3.10 */
	bool lasti_is_units; /* 3.10: two bytes each */
	bool has_shims;      /* 3.12+: entries of the interpreter itself */
	bool may_split_loop; /* 3.14+: Py_TAIL_CALL_INTERP */
	uint8_t code_flags;
	uint8_t code_first_line;
	uint8_t code_filename;
	uint8_t code_name; /* co_qualname from 3.11 on */
	uint8_t code_table;
	uint8_t code_bytecode;        /* co_code_adaptive, 3.11+ */
	uint8_t code_first_traceable; /* _co_firsttraceable, 3.11+ */
};

/*
 * Indices of words in _Py_DebugOffsets, the start of _PyRuntime from 3.13 on
 * (Include/internal/pycore_debug_offsets.h), which says offsets itself; 0: not
 * asked for.
 */
struct layout_debug {
	uint8_t frame_previous, frame_executable, frame_instruction;
	uint8_t frame_owner, frame_locals;
	uint8_t frame_stack_pointer;              /* 3.14+ */
	uint8_t generator_frame, generator_state; /* 3.14+ */
	uint8_t thread_bytes, thread_interp, thread_native_id;
	uint8_t support; /* of debuggers, PEP 768: 3.14+ */
};

struct layout {
	uint16_t version; /* major << 8 | minor */

	/* From the headers: scripts/gen-layout. */
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
	uint16_t function_version;    /* func_version, uint32_t: 3.11+ */
	uint16_t exception_traceback; /* then context and cause, 8 apart */
	uint16_t code_names;          /* co_varnames, or co_localsplusnames */
	uint16_t code_freevars;       /* tuple up to 3.10 */
	uint16_t code_cellvars;
	uint16_t code_n_names;    /* co_nlocals, or co_nlocalsplus: int */
	uint16_t code_n_free;     /* co_nfreevars: int, 3.11+ */
	uint16_t code_stack_size; /* co_stacksize: int */
	uint16_t code_cell2arg;   /* a pointer, 3.6 to 3.10 */
	uint16_t code_code;       /* co_code, 3.8 to 3.10 */
	uint16_t code_opcache;    /* and its size, a byte: 3.8 to 3.10 */
	uint16_t code_opcache_size;
	uint16_t frame_locals;    /* PyFrameObject.f_localsplus up to 3.10 */
	uint16_t frame_stack;     /* f_valuestack, behind them */
	uint16_t frame_top;       /* f_stacktop, up to 3.9 */
	uint16_t frame_executing; /* f_executing: char, 3.6 to 3.9 */
	uint16_t frame_depth;     /* f_stackdepth: int, 3.10 */
	uint16_t frame_state;     /* f_state: char, 3.10 */
	uint16_t iframe_locals;   /* _PyInterpreterFrame.localsplus, 3.11+ */
	uint16_t generator_frame; /* pointer up to 3.10, embedded from 3.11 */
	uint16_t frame_object_iframe; /* PyFrameObject.f_frame, 3.11+ */
	int8_t frame_cleared;         /* FRAME_CLEARED, 3.14+ */
	uint16_t tstate_thread_id;    /* 2.7 */
	uint16_t bytes_items;         /* str of 2.7 */
	uint16_t bytearray_alloc;     /* 3.15: none, its bytes are an object */
	uint16_t unicode_bytes;       /* all that may stand before the text */
	uint16_t unicode_pointers;    /* the first byte that may be in one */
	uint16_t unicode_ascii;       /* text of compact ASCII, 3.3+ */
	uint16_t unicode_compact;     /* text of any other compact one, 3.3+ */
	uint16_t unicode_data;        /* a pointer to text elsewhere */
	uint16_t unicode_utf8_length; /* then the pointer to it, 3.3+ */
	uint16_t unicode_wide;        /* wstr, 3.3 to 3.11 */
	uint16_t unicode_wide_length;
	struct frame_layout frame;
	struct layout_debug debug;

	/* From the sources: what stands in no header that is installed. */
	enum layout_dict dict;
	enum layout_values values;
	enum layout_lines lines;
	bool is_python3;        /* for words */
	bool has_old_classes;   /* 2.7 */
	bool has_finalize_slot; /* tp_finalize: 3.4+ */
	/* 3.8+: without Py_TPFLAGS_HAVE_FINALIZE */
	bool counts_finalize_always;
	bool gc_prev_has_flags;  /* 3.8+: finalized bit in _gc_prev */
	bool has_immortals;      /* 3.12+ */
	bool has_short_refcount; /* 3.14+: the low 32 bits */
	bool has_borrowed_stack; /* 3.14+: suspended generators */
	/* up to 3.8: one resurrected object saves all */
	bool resurrection_aborts;
	/* Objects/typeobject.c, subtype_traverse(): 3.9+ (bpo-40217). */
	bool instances_visit_type;
	bool has_gc_callbacks; /* gc.callbacks, from 3.3 on (gcmodule.c) */
	/* 2.7's Py_Finalize() collects even where gc is disabled. */
	bool collects_when_disabled;
	bool has_permanent_generation; /* gc.freeze(), 3.7+ */
	bool has_gc_of_interpreter; /* interp->gc, 3.9+; before, one for all */
	/* Py_TRACE_REFS widens PyObject (_PyObject_HEAD_EXTRA): up to 3.12. */
	bool trace_refs_widens;

	/* Objects/longobject.c: sign and kind in the low bits, 3.12+. */
	bool int_size_is_tagged;
	bool int_has_digit_always; /* 3.11+: room for one, also in 0 */
	bool int_counts_fields;    /* __sizeof__ with a subclass's: 2.7 */
	/* Of itertools' pools, of Decimal and Element: 3.x. */
	bool has_sizeof_of_buffers;
	bool has_ordered_dict_in_c;  /* Objects/odictobject.c: 3.5+ */
	uint8_t struct_code_bytes;   /* formatcode (Modules/_struct.c) */
	uint8_t bytesio_buffer_size; /* Modules/_io/bytesio.c, 2.7 */
	/*
	 * dequeobject (Modules/_collectionsmodule.c): leftblock, then
	 * rightblock, leftindex and rightindex; and where items begin in a
	 * block, of which two words are links.
	 */
	uint8_t deque_block, deque_length;
	uint8_t deque_block_items, deque_first_item;
	bool has_number_blocks; /* Objects/intobject.c, floatobject.c: 2.7 */
	/* SSTATE_INTERNED_IMMORTAL is without references: up to 3.11. */
	bool interns_for_ever;

	/* Objects/obmalloc.c, ALIGNMENT: 8 up to 3.6 */
	uint8_t block_alignment;
	uint16_t pool_bytes;  /* POOL_SIZE: 16 KiB from 3.10 on */
	uint32_t arena_bytes; /* ARENA_SIZE: 1 MiB from 3.10 on */
	/* The first micro version whose free lists are behind the allocator's
	 * back and tell a reference tracer (3.13.3). */
	uint8_t tracer_from_micro;
	bool has_free_list_arrays; /* up to 3.13; then linked lists */
	bool has_unicode_writers; /* PyUnicodeWriter and its free list: 3.14+ */
	bool has_free_keys; /* Objects/dictobject.c, keys_free_list: 3.3+ */

	bool makes_gil_at_start;     /* Python/ceval.c: 3.7+ */
	bool has_gil_of_interpreter; /* PEP 684, 3.12+ */
	bool has_state_of_thread;    /* Python/pystate.c: thread-local, 3.12+ */
	bool drop_gil_may_hang;      /* Python/ceval_gil.h: see gil_offer() */
	/* Python/pystate.c, new_threadstate(): a static one, used once: 3.11,
	 * 3.12.  See gil_can_make_state(). */
	bool has_one_first_state;
	bool pending_complains;  /* Python/ceval.c, 3.8: see pending.h */
	bool pending_only_tries; /* takes its lock without waiting: up to 3.7 */
	bool has_data_stack;     /* Python/pystate.c, _PyStackChunk: 3.11+ */
	bool calls_by_tuple;     /* of __exit__(): up to 3.7 */
	bool has_main_in_runtime;     /* interpreter in _PyRuntime: 3.11+ */
	bool has_interned_in_runtime; /* 3.12+ */
	bool has_type_cache_of_interpreter; /* 3.10+ */
	bool has_version_caches;            /* see versioncache.h, 3.12+ */
	bool has_atexit_in_c;               /* Modules/atexitmodule.c: 3.x */
	bool atexit_outlives_module;        /* interp->atexit: 3.10+ */
	const char *signal_module;          /* the one written in C */
};

enum { LAYOUT_NO_TRACER = 255 }; /* tracer_from_micro: none of them */

/*
 * The row in use (versions.c); before api_load() has found an interpreter, one
 * that has nothing.
 */
extern const struct layout *layout;

/*
 * Compare what can be compared on the running interpreter: the size of a heap
 * type, where a tuple has its items, and what types say of their fields
 * (tp_members).  The GIL is held.  NULL, or what is wrong.
 */
const char *layout_verify(void);

#endif /* LEAKSHIM_PYTHON_LAYOUT_H */
