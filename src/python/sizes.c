#include "config.h"

#include "python/sizes.h"

#include <string.h>

#include "python/buffersizes.h"
#include "python/objects.h"
#include "python/pytext.h"

enum {
	FRAME_CODE = 32,  /* PyFrameObject.f_code, up to 3.10 */
	LONG_DIGITS = 24, /* PyLongObject.ob_digit */
	LONG_DIGIT = 4,   /* with PyLong_SHIFT 30, as all of ours have it */
};

/* More than any address: such a size is not real. */
#define LARGEST ((int64_t)1 << 47)

static int64_t
usable_of(int64_t size)
{
	return size * 2 / 3; /* USABLE_FRACTION */
}

/*
 * A keys object (Objects/dictobject.c): up to 3.10 its size stands in it as a
 * number, from 3.11 on as logarithms, and tables of str keys have 16-byte
 * entries.
 */
static int64_t
keys_bytes(const uint8_t *keys)
{
	int64_t size, index;

	if (layout->dict == LAYOUT_DICT_LOG2)
		return 32 + ((int64_t)1 << keys[9]) +
		       usable_of((int64_t)1 << keys[8]) * (keys[10] ? 16 : 24);
	size = (int64_t)object_word(keys, 8);
	index = size <= 0xff ? 1 : size <= 0xffff ? 2 : 4;
	return 40 + index * size + 24 * usable_of(size);
}

/* How many values each of the dicts has that share the keys. */
static int64_t
values_of(const uint8_t *keys)
{
	/* dk_usable and dk_nentries; there are 30 at most. */
	if (layout->dict == LAYOUT_DICT_LOG2)
		return (int64_t)(object_word(keys, 16) + object_word(keys, 24));
	return usable_of((int64_t)object_word(keys, 8));
}

/* What a dict has outside itself (_PyDict_SizeOf of each version). */
static int64_t
dict_bytes_extra(const void *o)
{
	const uint8_t *keys;
	int64_t n = 0;

	if (layout->dict == LAYOUT_DICT_TABLE) {
		/* ma_smalltable stands in the object, behind ma_lookup. */
		if (object_word(o, 40) == (uintptr_t)o + 56)
			return 0;
		return ((int64_t)object_word(o, 32) + 1) * 24;
	}
	keys = object_pointer(o, 32);
	if (object_word(o, 40)) /* ma_values: a split table */
		n += values_of(keys) * 8;
	if (object_word(keys, 0) == 1) /* shared keys count for the type */
		n += keys_bytes(keys);
	return n;
}

static int64_t
set_bytes_extra(const void *o)
{
	if (object_word(o, SET_TABLE) == (uintptr_t)o + layout->set_smalltable)
		return 0;
	return ((int64_t)object_word(o, SET_MASK) + 1) * 16;
}

/*
 * Blocks of 64 pointers, 62 in 2.7, and two links (Modules/
 * _collectionsmodule.c): as many as leftindex and the length reach.
 */
static int64_t
deque_bytes_extra(const void *o)
{
	const int64_t each = layout->deque_block_items;
	uintptr_t left = object_word(o, layout->deque_block + 16u);
	uintptr_t n = object_word(o, layout->deque_length);

	return ((int64_t)(left + n) + each - 1) / each * (each + 2) * 8;
}

/* A table of pointers, and a node for each entry (Objects/odictobject.c). */
static int64_t
ordered_dict_bytes_extra(const void *o)
{
	int64_t n = (int64_t)object_word(o, 72) * 8; /* od_fast_nodes_size */

	if (object_pointer(o, 48)) /* od_first */
		n += (int64_t)object_word(o, 16) * 32;
	return n;
}

/*
 * Is the type, or a base of it, the one in C of that name?  Classes of Python
 * have no dot in their tp_name; one that has it all the same may be too small.
 */
static bool
is_a(const void *type, const char *wanted, int64_t least)
{
	int depth;

	if ((int64_t)object_word(type, TP_BASICSIZE) < least)
		return false;
	for (depth = 0; type && depth < 100; depth++) {
		const char *name = object_pointer(type, TP_NAME);

		if (name && !strcmp(name, wanted))
			return true;
		type = object_pointer(type, TP_BASE);
	}
	return false;
}

/* Of its locals and its stack, from 3.11 on: the number is in the code. */
static int64_t
frame_words(const void *code)
{
	return object_int(code, layout->code_n_names) +
	       object_int(code, layout->code_stack_size);
}

/* From 3.11 on a generator contains its frame. */
static int64_t
generator_bytes(const void *o)
{
	const char *frame = (const char *)o + layout->generator_frame;
	const void *code = object_frame_code(frame);

	if (!code)
		return (int64_t)object_word(object_type(o), TP_BASICSIZE);
	return layout->generator_frame + layout->iframe_locals +
	       frame_words(code) * 8;
}

static int64_t
tuple_length(const void *o)
{
	return o && type_flags(object_type(o)) & FLAG_TUPLE ?
		       (int64_t)object_word(o, OB_SIZE) :
		       0;
}

/*
 * Objects/frameobject.c, frame_sizeof().  From 3.11 on a frame object has room
 * for the interpreter's frame, and no ob_size though tp_itemsize is not 0.
 */
static int64_t
frame_bytes(const void *o)
{
	int64_t n = (int64_t)object_word(object_type(o), TP_BASICSIZE);
	const char *frame, *code;

	if (layout->iframe_locals) {
		frame = object_pointer(o, layout->frame_object_iframe);
		code = frame ? object_frame_code(frame) : NULL;
		return n + (code ? frame_words(code) * 8 : 0);
	}
	code = object_pointer(o, FRAME_CODE);
	if (!code)
		return n;
	/* The first of them is a part of the struct. */
	return n + (frame_words(code) +
		    tuple_length(object_pointer(code, layout->code_freevars)) +
		    tuple_length(object_pointer(code, layout->code_cellvars)) -
		    1) * 8;
}

/* 3.8 to 3.10: a byte for each instruction, and what those have cached. */
static int64_t
opcode_cache_bytes(const void *o)
{
	enum { ENTRY = 32 };
	const void *code;

	if (!layout->code_opcache || !object_word(o, layout->code_opcache))
		return 0;
	code = object_pointer(o, layout->code_code);
	return (int64_t)object_word(code, OB_SIZE) / 2 +
	       ((const uint8_t *)o)[layout->code_opcache_size] * ENTRY;
}

/* Objects/codeobject.c, code_sizeof(), without what tools put there. */
static int64_t
code_bytes(const void *o)
{
	const void *type = object_type(o);
	int64_t n = (int64_t)object_word(type, TP_BASICSIZE);

	if (layout->iframe_locals)
		return (n +
			(int64_t)(object_word(o, OB_SIZE) *
				  object_word(type, TP_ITEMSIZE)) +
			7) &
		       ~(int64_t)7;
	if (layout->code_cell2arg && object_pointer(o, layout->code_cell2arg))
		n += 8 * tuple_length(object_pointer(o, layout->code_cellvars));
	return n + opcode_cache_bytes(o);
}

/* Without the sign, which is in the low bits or makes it negative. */
static int64_t
digits_of(const void *o)
{
	int64_t n = (int64_t)object_word(o, OB_SIZE);

	if (layout->int_size_is_tagged)
		return (int64_t)((uint64_t)n >> 3);
	return n < 0 ? -n : n;
}

/*
 * long_sizeof(), or int.__sizeof__(): a subclass's fields are left out in 3.x.
 */
static int64_t
long_bytes(const void *o)
{
	int64_t n = digits_of(o);

	if (layout->int_counts_fields)
		return (int64_t)object_word(object_type(o), TP_BASICSIZE) +
		       n * LONG_DIGIT;
	if (!n && layout->int_has_digit_always)
		n = 1;
	return LONG_DIGITS + n * LONG_DIGIT;
}

/* Bytes of its items, where the type counts them in ob_size; -1: it lies. */
static int64_t
items_bytes(const void *o, const void *type)
{
	int64_t item = (int64_t)object_word(type, TP_ITEMSIZE), n;

	if (!item)
		return 0;
	n = type_flags(type) & FLAG_LONG ? digits_of(o) :
					   (int64_t)object_word(o, OB_SIZE);
	if (n < 0)
		n = -n;
	return item < 0 || item > INT32_MAX || n > LARGEST / item ? -1 :
								    n * item;
}

/* A metaclass of C's may have added fields (ctypes, 3.13+). */
static int64_t
type_bytes(const void *o)
{
	const uint8_t *keys = NULL;
	int64_t basic = (int64_t)object_word(object_type(o), TP_BASICSIZE);

	if (!(type_flags(o) & FLAG_HEAPTYPE))
		return layout->type_bytes;
	/* 2.7: with the descriptors of its slots, as object.__sizeof__ says. */
	if (!layout->ht_cached_keys)
		return basic + items_bytes(o, object_type(o));
	keys = object_pointer(o, layout->ht_cached_keys);
	return (basic > layout->heap_type_bytes ? basic :
						  layout->heap_type_bytes) +
	       (keys ? keys_bytes(keys) : 0);
}

static bool
is_frame(const void *type)
{
	return type == py.PyFrame_Type;
}

int64_t
object_own_bytes(const void *o)
{
	const void *type = object_type(o);
	int64_t n = (int64_t)object_word(type, TP_BASICSIZE), items;

	if (type_flags(type) & FLAG_UNICODE && layout->unicode_compact &&
	    (items = pytext_compact_bytes(o)))
		return items;
	if (layout->iframe_locals && is_frame(type))
		return frame_bytes(o);
	items = items_bytes(o, type);
	return items < 0 ? -1 : n + items;
}

/* Without what precedes it, and what is elsewhere. */
static int64_t
basic_bytes(const void *o, const void *type)
{
	unsigned long flags = type_flags(type);
	int64_t items;

	if (layout->iframe_locals && object_is_generator(o))
		return generator_bytes(o);
	if (is_frame(type))
		return frame_bytes(o);
	if (type == py.PyCode_Type)
		return code_bytes(o);
	if (flags & FLAG_TYPE)
		return type_bytes(o);
	if (flags & FLAG_LONG)
		return long_bytes(o);
	if (pytext_is(type))
		return pytext_bytes_in_all(o);
	items = items_bytes(o, type);
	return (int64_t)object_word(type, TP_BASICSIZE) +
	       (items < 0 ? 0 : items);
}

static int64_t
bytes_extra(const void *o, const void *type)
{
	unsigned long flags = type_flags(type);

	if (flags & FLAG_LIST)
		return (int64_t)object_word(o, LIST_ALLOCATED) * 8;
	if (flags & FLAG_DICT || is_a(type, "frozendict", 56))
		return dict_bytes_extra(o) +
		       (layout->has_ordered_dict_in_c &&
					is_a(type, "collections.OrderedDict",
					     80) ?
				ordered_dict_bytes_extra(o) :
				0);
	if (type_is_subtype(type, py.PySet_Type) ||
	    type_is_subtype(type, py.PyFrozenSet_Type))
		return set_bytes_extra(o);
	if (is_a(type, "collections.deque", 56))
		return deque_bytes_extra(o);
	return buffersizes_extra(o);
}

int64_t
object_bytes_extra(const void *o)
{
	int64_t n = bytes_extra(o, object_type(o));

	return n < 0 || n > LARGEST ? 0 : n;
}

int64_t
object_values_bytes(const void *dict, const void *owner)
{
	uintptr_t values = object_word(dict, 40);

	if (layout->values != LAYOUT_VALUES_INLINE ||
	    values != (uintptr_t)owner +
			      object_word(object_type(owner), TP_BASICSIZE))
		return 0;
	return values_of(object_pointer(dict, 32)) * 8;
}

int64_t
object_bytes(const void *o)
{
	const void *type = object_type(o);
	int64_t n = basic_bytes(o, type);

	if (n < 0 || n > LARGEST)
		n = (int64_t)object_word(type, TP_BASICSIZE);
	if (object_is_gc(o))
		n += layout->gc_head_bytes;
	return n + (int64_t)object_pre_header(type_flags(type)) +
	       object_bytes_extra(o);
}
