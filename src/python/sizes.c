#include "config.h"

#include "python/sizes.h"

#include <string.h>

#include "python/objects.h"
#include "python/text.h"

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

static int64_t
keys_size(const uint8_t *keys)
{
	return layout->dict == LAYOUT_DICT_LOG2 ?
		       (int64_t)1 << keys[8] :
		       (int64_t)object_word(keys, 8);
}

/* What a dict has outside of itself (_PyDict_SizeOf of each version). */
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
		n += usable_of(keys_size(keys)) * 8;
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

static int64_t
type_bytes(const void *o)
{
	const uint8_t *keys = NULL;

	if (layout->ht_cached_keys)
		keys = object_pointer(o, layout->ht_cached_keys);
	return layout->heap_type_bytes + (keys ? keys_bytes(keys) : 0);
}

/*
 * Blocks of 64 pointers, 62 in 2.7, and two links (Modules/
 * _collectionsmodule.c): as many as leftindex and the length reach.
 */
static int64_t
deque_bytes_extra(const void *o)
{
	if (python.version < 0x0300)
		return (int64_t)(object_word(o, 32) + object_word(o, 48) + 61) /
		       62 * 512;
	return (int64_t)(object_word(o, 40) + object_word(o, OB_SIZE) + 63) /
	       64 * 528;
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

/* From 3.11 on a generator contains its frame, whose size its code knows. */
static int64_t
generator_bytes(const void *o)
{
	const char *frame = (const char *)o + layout->generator_frame;
	const void *code = object_frame_code(frame);
	int64_t words;

	if (!code)
		return (int64_t)object_word(object_type(o), TP_BASICSIZE);
	words = object_int(code, layout->code_n_names) +
		object_int(code, layout->code_stack_size);
	return layout->generator_frame + layout->iframe_locals + words * 8;
}

static int64_t
items_of(const void *o, unsigned long flags)
{
	int64_t n = (int64_t)object_word(o, OB_SIZE);

	/* PyLongObject keeps its sign in the low bits from 3.12 on. */
	if (flags & FLAG_LONG && python.version >= 0x030c)
		return (int64_t)((uint64_t)n >> 3);
	return n < 0 ? -n : n;
}

int64_t
object_own_bytes(const void *o)
{
	const void *type = object_type(o);
	unsigned long flags = type_flags(type);
	int64_t n = (int64_t)object_word(type, TP_BASICSIZE);
	int64_t item = (int64_t)object_word(type, TP_ITEMSIZE), items;

	if (flags & FLAG_UNICODE && python.version >= 0x0300 &&
	    (items = pytext_compact_bytes(o)))
		return items;
	if (!item)
		return n;
	items = items_of(o, flags);
	return item < 0 || items > INT32_MAX ? -1 : n + items * item;
}

int64_t
object_bytes(const void *o)
{
	const void *type = object_type(o);
	unsigned long flags = type_flags(type);
	int64_t n = (int64_t)object_word(type, TP_BASICSIZE);
	int64_t item = (int64_t)object_word(type, TP_ITEMSIZE);

	if (layout->iframe_locals && object_is_generator(o))
		n = generator_bytes(o);
	else if (flags & FLAG_TYPE && type_flags(o) & FLAG_HEAPTYPE)
		n = type_bytes(o);
	else if (item)
		n += items_of(o, flags) * item;
	if (flags & FLAG_LIST)
		n += (int64_t)object_word(o, LIST_ALLOCATED) * 8;
	else if (flags & FLAG_DICT)
		n += dict_bytes_extra(o) +
		     (python.version >= 0x0300 &&
				      is_a(type, "collections.OrderedDict", 80) ?
			      ordered_dict_bytes_extra(o) :
			      0);
	else if (type_is_subtype(type, py.PySet_Type) ||
		 type_is_subtype(type, py.PyFrozenSet_Type))
		n += set_bytes_extra(o);
	else if (is_a(type, "collections.deque", 56))
		n += deque_bytes_extra(o);
	if (object_is_gc(o))
		n += layout->gc_head_bytes;
	return n + (int64_t)object_pre_header(flags);
}
