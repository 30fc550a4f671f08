#include "config.h"

#include "python/buffersizes.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "python/objects.h"
#include "python/peek.h"

/*
 * Offsets of 2.7 to 3.15, which agree unless stated otherwise.  Pointers are
 * followed by peek(): a Python class may have one of the names.
 */

/* PyByteArrayObject.ob_alloc (Include/bytearrayobject.h). */
static int64_t
bytearray_extra(const void *o)
{
	/* 3.15: in a bytes object. */
	return layout->bytearray_alloc ?
		       (int64_t)object_word(o, layout->bytearray_alloc) :
		       0;
}

/* arrayobject: allocated, and ob_descr->itemsize (Modules/arraymodule.c). */
static int64_t
array_extra(const void *o)
{
	/* There are some ten of them, all static: asked for one at a time. */
	static uintptr_t last;
	static int itemsize;
	uintptr_t description = object_word(o, 40);

	if (description != last) {
		itemsize = 0;
		peek(&itemsize, description + 4, sizeof itemsize);
		last = description;
	}
	return (int64_t)object_word(o, 32) * itemsize;
}

/* bytesio of 2.7: buf_size (Modules/_io/bytesio.c). */
static int64_t
bytesio_extra(const void *o)
{
	return layout->bytesio_buffer_size ?
		       (int64_t)object_word(o, layout->bytesio_buffer_size) :
		       0;
}

/* buffered: buffer and buffer_size (Modules/_io/bufferedio.c). */
static int64_t
buffered_extra(const void *o)
{
	return object_word(o, 56) ? (int64_t)object_word(o, 120) : 0;
}

/* mpd_t: digits outside the object (Modules/_decimal). */
static int64_t
decimal_extra(const void *o)
{
	enum { STATIC_DATA = 32 };

	return object_word(o, 24) & STATIC_DATA ?
		       0 :
		       (int64_t)object_word(o, 56) * 8;
}

/* ElementObjectExtra: attrib, length, allocated, children, four of them. */
static int64_t
element_extra(const void *o)
{
	uintptr_t extra[4], at = object_word(o, 40);

	if (!at || !peek(extra, at, sizeof extra))
		return 0;
	return 64 + (extra[3] == at + 32 ? 0 : (int64_t)extra[2] * 8);
}

/* s_codes: formatcodes and an end (Modules/_struct.c). */
static int64_t
struct_extra(const void *o)
{
	enum { MOST = 1 << 16 };
	const size_t each = layout->struct_code_bytes;
	uintptr_t at = object_word(o, 32);
	size_t n = 1;

	while (at && n < MOST && peek_word(at + (n - 1) * each, 0))
		n++;
	return at ? (int64_t)(n * each) : 0;
}

/* The length of the tuple at offset `pool'. */
static int64_t
pool_length(const void *o, size_t pool)
{
	return (int64_t)peek_word(object_word(o, pool) + OB_SIZE, 0);
}

/* Modules/itertoolsmodule.c: an index for each pool, ... */
static int64_t
product_extra(const void *o)
{
	return pool_length(o, 16) * 8;
}

/* ... for each of r members, ... */
static int64_t
combinations_extra(const void *o)
{
	return (int64_t)object_word(o, 40) * 8;
}

/* ... and for each member of the pool, and a counter for each of r. */
static int64_t
permutations_extra(const void *o)
{
	return (pool_length(o, 16) + (int64_t)object_word(o, 48)) * 8;
}

static const struct {
	const char *name; /* tp_name */
	int64_t least;    /* tp_basicsize, without a collector's header */
	bool is_new;      /* not without has_sizeof_of_buffers */
	int64_t (*extra)(const void *o);
} rows[] = {
	{"bytearray", 48, false, bytearray_extra},
	{"array.array", 56, false, array_extra},
	{"_io.BytesIO", 56, false, bytesio_extra},
	{"_io.BufferedReader", 152, false, buffered_extra},
	{"_io.BufferedWriter", 152, false, buffered_extra},
	{"_io.BufferedRandom", 152, false, buffered_extra},
	{"decimal.Decimal", 104, true, decimal_extra},
	{"xml.etree.ElementTree.Element", 56, true, element_extra},
	{"Struct", 56, false, struct_extra},
	{"_struct.Struct", 56, false, struct_extra},
	{"itertools.product", 40, true, product_extra},
	{"itertools.combinations", 48, true, combinations_extra},
	{"itertools.combinations_with_replacement", 48, true,
	 combinations_extra},
	{"itertools.permutations", 56, true, permutations_extra},
};

int64_t
buffersizes_extra(const void *o)
{
	const void *type = object_type(o);
	size_t i;
	int depth;

	for (depth = 0; type && depth < 100; depth++) {
		const char *name = object_pointer(type, TP_NAME);
		int64_t size = (int64_t)object_word(type, TP_BASICSIZE);

		for (i = 0; name && i < sizeof rows / sizeof *rows; i++)
			if (*name == *rows[i].name &&
			    !strcmp(name, rows[i].name) &&
			    (!rows[i].is_new ||
			     layout->has_sizeof_of_buffers) &&
			    size >= rows[i].least)
				return rows[i].extra(o);
		type = object_pointer(type, TP_BASE);
	}
	return 0;
}

/* mmap_object: data, and its size (Modules/mmapmodule.c). */
int64_t
buffersizes_mapped(const void *o)
{
	const void *type = object_type(o);
	const char *name = object_pointer(type, TP_NAME);

	if (!name || strcmp(name, "mmap.mmap") ||
	    object_word(type, TP_BASICSIZE) < 32 || !object_word(o, 16))
		return 0;
	return (int64_t)object_word(o, 24);
}
