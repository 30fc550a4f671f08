#include "config.h"

#include "python/buffersizes.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "python/objects.h"
#include "python/peek.h"

/*
 * Offsets of 2.7 to 3.15, which agree where nothing else is said.  Pointers are
 * followed by peek(): a class of Python may bear one of the names.
 */

/* PyByteArrayObject.ob_alloc (Include/bytearrayobject.h). */
static int64_t
bytearray_extra(const void *o)
{
	/* 3.15: in a bytes object. */
	if (python.version >= 0x030f)
		return 0;
	return (int64_t)object_word(o, python.version < 0x0300 ? 32 : 24);
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
	return python.version < 0x0300 ? (int64_t)object_word(o, 40) : 0;
}

/* buffered: buffer and buffer_size (Modules/_io/bufferedio.c). */
static int64_t
buffered_extra(const void *o)
{
	return object_word(o, 56) ? (int64_t)object_word(o, 120) : 0;
}

/* mpd_t: digits outside of the object (Modules/_decimal). */
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

/* s_codes: formatcodes, four words each (2.7: three), and an end (Modules/_struct.c). */
static int64_t
struct_extra(const void *o)
{
	enum { MOST = 1 << 16 };
	size_t each = python.version < 0x0300 ? 24 : 32;
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
	unsigned since;   /* has __sizeof__ from that version on */
	int64_t (*extra)(const void *o);
} rows[] = {
	{"bytearray", 48, 0x0207, bytearray_extra},
	{"array.array", 56, 0x0207, array_extra},
	{"_io.BytesIO", 56, 0x0207, bytesio_extra},
	{"_io.BufferedReader", 152, 0x0207, buffered_extra},
	{"_io.BufferedWriter", 152, 0x0207, buffered_extra},
	{"_io.BufferedRandom", 152, 0x0207, buffered_extra},
	{"decimal.Decimal", 104, 0x0306, decimal_extra},
	{"xml.etree.ElementTree.Element", 56, 0x0306, element_extra},
	{"Struct", 56, 0x0207, struct_extra},
	{"_struct.Struct", 56, 0x0207, struct_extra},
	{"itertools.product", 40, 0x0306, product_extra},
	{"itertools.combinations", 48, 0x0306, combinations_extra},
	{"itertools.combinations_with_replacement", 48, 0x0306,
	 combinations_extra},
	{"itertools.permutations", 56, 0x0306, permutations_extra},
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
			    python.version >= rows[i].since &&
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
