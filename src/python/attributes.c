#include "config.h"

#include "python/attributes.h"

#include "python/objects.h"

/* tp_flags (Include/object.h of 3.11 and later). */
enum {
	FLAG_MANAGED_DICT = 1 << 4, /* 3.11+ */
};

enum { MEMBER_OBJECT = 6, MEMBER_OBJECT_EX = 16 };

/* Words in front of the object (Include/internal/pycore_object.h). */
static uintptr_t
word_before(const void *o, int words)
{
	return ((const uintptr_t *)o)[-words];
}

static bool
has_managed_dict(const void *o)
{
	return layout->values != LAYOUT_VALUES_NONE &&
	       type_flags(object_type(o)) & FLAG_MANAGED_DICT;
}

static void *
managed_dict(const void *o)
{
	uintptr_t word = word_before(o, 3);

	if (layout->values == LAYOUT_VALUES_TAGGED && (word & 1))
		return NULL; /* values, not a dict */
	return (void *)word;
}

void **
attributes_values(const void *o)
{
	const void *type = object_type(o);
	uintptr_t word;
	const uint8_t *values;

	if (!has_managed_dict(o))
		return NULL;
	switch (layout->values) {
	case LAYOUT_VALUES_POINTER:
		return (void **)word_before(o, 4);
	case LAYOUT_VALUES_TAGGED:
		word = word_before(o, 3);
		/* Kept one below the array: the tag is what is missing. */
		return word & 1 ? (void **)(word + 1) : NULL;
	case LAYOUT_VALUES_INLINE:
		if (!(type_flags(type) & FLAG_INLINE_VALUES))
			return NULL;
		values = (const uint8_t *)o + object_word(type, TP_BASICSIZE);
		/* struct _dictvalues: capacity, size, embedded, valid. */
		return values[3] ? (void **)(uintptr_t)(values + 8) : NULL;
	default:
		return NULL;
	}
}

void *
attributes_dict(void *o)
{
	const void *type = object_type(o);
	intptr_t offset = (intptr_t)object_word(type, TP_DICTOFFSET);
	void *dict = NULL;

	if (py.PyInstance_Type && type == py.PyInstance_Type)
		return object_pointer(o, INSTANCE_DICT);
	if (type_flags(type) & FLAG_TYPE)
		return object_pointer(o, TP_DICT);
	if (has_managed_dict(o)) {
		dict = managed_dict(o);
	} else if (offset > 0) {
		dict = object_pointer(o, (size_t)offset);
	} else if (offset < 0) {
		/* Counted from the end of a variable-sized object. */
		intptr_t n = (intptr_t)object_word(o, OB_SIZE);
		intptr_t size = (intptr_t)object_word(type, TP_BASICSIZE);

		if (layout->int_size_is_tagged)
			return NULL; /* not what its ob_size says */
		n = n < 0 ? -n : n;
		size += n * (intptr_t)object_word(type, TP_ITEMSIZE);
		size = (size + 7) & ~(intptr_t)7;
		dict = object_pointer(o, (size_t)(size + offset));
	}
	if (dict && !(type_flags(object_type(dict)) & FLAG_DICT))
		return NULL;
	return dict;
}

void *
attributes_inline_name(void *o, void *to)
{
	const uint8_t *keys;
	void **values;
	uintptr_t *entries;
	intptr_t i, n;

	if (!has_managed_dict(o))
		return NULL;
	values = attributes_values(o);
	keys = object_pointer(object_type(o), layout->ht_cached_keys);
	if (!values || !keys)
		return NULL;
	/* PyDictKeysObject: dk_log2_index_bytes, dk_nentries, dk_indices. */
	n = *(const intptr_t *)(const void *)(keys + 24);
	entries =
		(uintptr_t *)(uintptr_t)(keys + 32 + ((uintptr_t)1 << keys[9]));
	if (n < 0 || n > 64)
		return NULL;
	for (i = 0; i < n; i++)
		if (values[i] == to)
			return (void *)entries[i * 2]; /* {key, value} */
	return NULL;
}

const char *
attributes_slot_name(void *o, void *to)
{
	void *type = object_type(o);
	int depth;

	for (depth = 0; type && depth < 200; depth++) {
		const struct member *m = object_pointer(type, TP_MEMBERS);

		for (; m && m->name; m++) {
			if ((m->type == MEMBER_OBJECT ||
			     m->type == MEMBER_OBJECT_EX) &&
			    m->offset > 0 &&
			    object_pointer(o, (size_t)m->offset) == to)
				return m->name;
		}
		type = object_pointer(type, TP_BASE);
	}
	return NULL;
}

const char *
attributes_member_at(const void *type, intptr_t offset)
{
	int depth;

	for (depth = 0; type && depth < 200; depth++) {
		const struct member *m = object_pointer(type, TP_MEMBERS);

		for (; m && m->name; m++)
			if ((m->type == MEMBER_OBJECT ||
			     m->type == MEMBER_OBJECT_EX) &&
			    m->offset == offset)
				return m->name;
		type = object_pointer(type, TP_BASE);
	}
	return NULL;
}
