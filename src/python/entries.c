/*
 * PyDictKeysObject (Objects/dict-common.h 3.6 to 3.10, pycore_dict.h from 3.11
 * on), PyDictObject of 2.7, PySetObject (Include/setobject.h 2.7 to 3.15).
 */
#include "config.h"

#include "python/entries.h"

#include "python/api.h"
#include "python/objects.h"

enum {
	DICT_KEYS = 32,
	DICT_MASK_27 = 32,
	DICT_TABLE_27 = 40,
	/* Up to 3.10. */
	KEYS_SIZE = 8,
	KEYS_USABLE_OLD = 24,
	KEYS_FILLED_OLD = 32,
	KEYS_INDICES_OLD = 40,
	/* From 3.11 on. */
	KEYS_LOG2_SIZE = 8,
	KEYS_LOG2_INDEX_BYTES = 9,
	KEYS_KIND = 10,
	KEYS_USABLE = 16,
	KEYS_FILLED = 24,
	KEYS_INDICES = 32,
	/* Of those in a free list (PyDict_MINSIZE). */
	FREE_SIZE = 8,
	FREE_USABLE = 5,
	FREE_LOG2 = 3,
	MOST_LOG2 = 40,
	WORD = sizeof(uintptr_t),
	DICT_ENTRY = 3 * WORD, /* hash, key, value */
	SET_ENTRY = 2 * WORD,
	STR_ENTRY = 2 * WORD, /* key, value */
};

/* DictKeysKind; a third has values elsewhere, with each dict. */
enum { WITH_HASHES, WITH_STR_KEYS };

static bool
is_set(const void *type)
{
	return type == py.PySet_Type || type == py.PyFrozenSet_Type;
}

uintptr_t
entries_memory(const void *o)
{
	const void *type = object_type(o);

	if (type_flags(type) & FLAG_DICT)
		return object_word(o, layout->dict == LAYOUT_DICT_TABLE ?
					      DICT_TABLE_27 :
					      DICT_KEYS);
	return is_set(type) ? object_word(o, SET_TABLE) : 0;
}

/* n entries fit, from `start' on; a power of two has two thirds in use. */
static bool
take(uintptr_t start, uintptr_t limit, size_t n, size_t bytes, size_t hash,
     struct entries *out)
{
	if (start & 7 || start > limit || n > (limit - start) / bytes)
		return false;
	*out = (struct entries){start, start + n * bytes, bytes, hash};
	return true;
}

/* USABLE_FRACTION of a table of that size. */
static size_t
usable(size_t size)
{
	return (size << 1) / 3;
}

static bool
find_old_keys(uintptr_t keys, uintptr_t limit, struct entries *out)
{
	size_t size = object_word((void *)keys, KEYS_SIZE), width;

	if (!size || size & (size - 1) || size >> MOST_LOG2)
		return false;
	width = size <= 0xff ? 1 : size <= 0xffff ? 2 : size >> 32 ? 8 : 4;
	return take(keys + KEYS_INDICES_OLD + size * width, limit, usable(size),
		    DICT_ENTRY, 0, out);
}

static bool
find_keys(uintptr_t keys, uintptr_t limit, struct entries *out)
{
	const uint8_t *head = (const uint8_t *)keys;
	unsigned log2 = head[KEYS_LOG2_SIZE];
	unsigned index_log2 = head[KEYS_LOG2_INDEX_BYTES];
	bool has_hashes = head[KEYS_KIND] == WITH_HASHES;
	size_t bytes = has_hashes ? DICT_ENTRY : STR_ENTRY;

	if (head[KEYS_KIND] > WITH_STR_KEYS || log2 > MOST_LOG2 ||
	    index_log2 < log2 || index_log2 > log2 + 3)
		return false;
	return take(keys + KEYS_INDICES + ((size_t)1 << index_log2), limit,
		    usable((size_t)1 << log2), bytes, has_hashes ? 0 : bytes,
		    out);
}

static bool
find_table(uintptr_t table, uintptr_t limit, size_t mask, size_t bytes,
	   size_t hash, struct entries *out)
{
	if (mask & (mask + 1) || mask >> MOST_LOG2)
		return false;
	return take(table, limit, mask + 1, bytes, hash, out);
}

bool
entries_find(const void *o, uintptr_t memory, uintptr_t limit,
	     struct entries *out)
{
	bool is_2 = layout->dict == LAYOUT_DICT_TABLE;

	if (is_set(object_type(o)))
		return find_table(memory, limit, object_word(o, SET_MASK),
				  SET_ENTRY, is_2 ? 0 : WORD, out);
	if (is_2)
		return find_table(memory, limit, object_word(o, DICT_MASK_27),
				  DICT_ENTRY, 0, out);
	if (memory + KEYS_INDICES_OLD > limit)
		return false;
	return layout->dict == LAYOUT_DICT_SIZE ?
		       find_old_keys(memory, limit, out) :
		       find_keys(memory, limit, out);
}

struct span
entries_words(const struct entries *e, uintptr_t at)
{
	if (!e->hash)
		return (struct span){at + WORD, at + e->bytes};
	return (struct span){at, at + e->hash};
}

/* Each index is empty (-1), deleted (-2), or the number of an entry. */
static bool
are_indices(uintptr_t at, size_t n_filled)
{
	int i;

	for (i = 0; i < FREE_SIZE; i++) {
		int8_t index = ((const int8_t *)at)[i];

		if (index < -2 || index >= (int)n_filled)
			return false;
	}
	return true;
}

static bool
are_counts(size_t usable, size_t filled, uintptr_t indices)
{
	return usable <= FREE_USABLE && filled <= FREE_USABLE - usable &&
	       are_indices(indices, filled);
}

/* Its first word, once the reference count, is 0 or a link. */
bool
entries_are_free(uintptr_t memory, uintptr_t limit, uintptr_t *next)
{
	const void *keys = (const void *)memory;
	const uint8_t *head = keys;
	struct entries e;

	if (!layout->has_free_keys ||
	    memory + KEYS_INDICES_OLD + FREE_SIZE > limit)
		return false;
	*next = object_word(keys, 0);
	if (*next && layout->has_free_list_arrays)
		return false;
	if (layout->dict == LAYOUT_DICT_SIZE)
		return object_word(keys, KEYS_SIZE) == FREE_SIZE &&
		       are_counts(object_word(keys, KEYS_USABLE_OLD),
				  object_word(keys, KEYS_FILLED_OLD),
				  memory + KEYS_INDICES_OLD) &&
		       find_old_keys(memory, limit, &e);
	return head[KEYS_LOG2_SIZE] == FREE_LOG2 &&
	       head[KEYS_LOG2_INDEX_BYTES] == FREE_LOG2 &&
	       are_counts(object_word(keys, KEYS_USABLE),
			  object_word(keys, KEYS_FILLED),
			  memory + KEYS_INDICES) &&
	       find_keys(memory, limit, &e);
}
