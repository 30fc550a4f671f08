#include "config.h"

#include "python/recognize.h"

#include "common/hash.h"
#include "common/ownmap.h"
#include "python/api.h"
#include "python/objects.h"
#include "python/sizes.h"

enum {
	TYPE_BYTES = 400, /* what is read of a type object */
	MAX_BASICSIZE = 1 << 20,
	/* An impossibly large number is not a reference count. */
	MAX_REFCOUNT_BITS = 40,
	FEW_REFERENCES = 65536, /* no address is as small */
	MAX_BASES = 100,
	/* With a length; a str in its shortest form (PyASCIIObject, 3.12+). */
	LEAST_VAR = 24,
	LEAST_STR = 40,
	SLACK = 32,  /* what allocators add to a request */
	CACHE = 256, /* a direct cache in front of the table */
};

struct known_type {
	uintptr_t address;
	UT_hash_handle hh;
};

static struct known_type *types;
/*
 * The latest questions.  In a mapping of ours: our .bss is a root, and these
 * addresses may be of anything.
 */
static struct answer {
	uintptr_t address;
	bool is_type;
} * cache;
static bool (*can_read)(uintptr_t address, size_t n);
static bool (*is_static)(uintptr_t address);

bool
recognize_begin(bool (*is_readable)(uintptr_t address, size_t n),
		bool (*is_variable)(uintptr_t address))
{
	recognize_end();
	can_read = is_readable;
	is_static = is_variable;
	cache = ownmap(CACHE * sizeof *cache);
	return cache;
}

void
recognize_end(void)
{
	struct known_type *k, *next;

	HASH_ITER(hh, types, k, next)
	{
		HASH_DEL(types, k);
		hash_pool_drop(k, sizeof *k);
	}
	ownunmap(cache, CACHE * sizeof *cache);
	cache = NULL;
}

static bool
is_name(uintptr_t s)
{
	unsigned char c;

	if (!can_read(s, 1))
		return false;
	c = *(const unsigned char *)s;
	return c == '_' || (unsigned)((c | 0x20) - 'a') < 26 || c >= 0x80 ||
	       c == '<';
}

/* Its own type is `type', or a metatype: one that inherits from it. */
static bool
has_metatype(const void *t)
{
	const unsigned long wanted = FLAG_READY | FLAG_TYPE;
	uintptr_t meta = (uintptr_t)object_type(t);
	int depth;

	for (depth = 0; depth < MAX_BASES; depth++) {
		if (meta == (uintptr_t)py.PyType_Type)
			return true;
		if (meta & 7 || !can_read(meta, TYPE_BYTES) ||
		    (type_flags((void *)meta) & wanted) != wanted)
			return false;
		meta = object_word((void *)meta, TP_BASE);
	}
	return false;
}

static bool
has_size(const void *t)
{
	uintptr_t size = object_word(t, TP_BASICSIZE);

	return size >= 16 && size < MAX_BASICSIZE;
}

/* "module.Type", all of it. */
static bool
is_whole_name(uintptr_t s)
{
	enum { MOST = 200 };
	uintptr_t at;

	if (!is_name(s))
		return false;
	for (at = s; at < s + MOST && can_read(at, 1); at++) {
		unsigned char c = *(const unsigned char *)at;

		if (!c)
			return true;
		if (c < '.' || c == '/' || c == 0x7f)
			break;
	}
	return false;
}

/*
 * A static type without PyType_Ready() (Objects/typeobject.c, type_ready(),
 * fills in what is missing here): its own type may not be set either.  So
 * little about it is certain that it must be a variable of a module, have a
 * name, and nothing yet of what type_ready() sets.
 */
static bool
looks_unready(uintptr_t address)
{
	const void *t = (const void *)address;
	uintptr_t meta = (uintptr_t)object_type(t);

	return (!meta || meta == (uintptr_t)py.PyType_Type) &&
	       !(type_flags(t) & (FLAG_READY | FLAG_HEAPTYPE)) &&
	       object_word(t, 0) && has_size(t) &&
	       object_word(t, TP_ITEMSIZE) < MAX_BASICSIZE &&
	       !object_word(t, TP_DICT) && !object_word(t, TP_MRO) &&
	       is_static(address) && is_whole_name(object_word(t, TP_NAME));
}

static bool
looks_like_type(uintptr_t address)
{
	const void *t = (const void *)address;

	if (address & 7 || !can_read(address, TYPE_BYTES))
		return false;
	if (looks_unready(address))
		return true;
	/*
	 * First what excludes most others: they are objects of some other type.
	 */
	if (!has_metatype(t))
		return false;
	return type_flags(t) & FLAG_READY && has_size(t) &&
	       is_name(object_word(t, TP_NAME));
}

static bool
look_up(uintptr_t address)
{
	struct known_type *k;

	HASH_FIND(hh, types, &address, sizeof address, k);
	if (k)
		return true;
	/* Whatever else is asked about is many, and seldom asked again. */
	if (!looks_like_type(address))
		return false;
	k = hash_pool_grab(sizeof *k);
	if (!k)
		return true;
	k->address = address;
	HASH_ADD(hh, types, address, sizeof k->address, k);
	if (hash_was_full(&k->hh))
		hash_pool_drop(k, sizeof *k);
	return true;
}

bool
recognize_type(uintptr_t type)
{
	size_t i = (type >> 4) % CACHE;

	/* Most words there are not addresses at all. */
	if (type & 7 || type < 4096 || type >> 47)
		return false;
	if (cache[i].address != type) {
		cache[i].is_type = look_up(type);
		cache[i].address = type;
	}
	return cache[i].is_type;
}

/*
 * The collector's header in front of o: neighbours on a list, or none.  A table
 * of {hash, key, value} whose keys are the numbers of types looks like an
 * object in all but this (3.12: __subclasses__ of a builtin type).
 */
static bool
has_header(uintptr_t o)
{
	const uintptr_t *head = (const uintptr_t *)head_of_object((void *)o);
	uintptr_t next = head[0], previous = head[1] & ~(uintptr_t)3;

	/* Up to 3.7 gc_refs says "untracked": -2, from 3.4 on shifted by one.
	 */
	if (!layout->gc_prev_has_flags && (intptr_t)head[2] >= -4 &&
	    (intptr_t)head[2] <= -2)
		return true;
	/* Debian's static 3.13 has the heads of the lists at odd halves. */
	if (next & 3 || next >> 47 || previous & 3 || previous >> 47)
		return false;
	return next ? next >= 4096 && previous >= 4096 : !previous;
}

/* What has items, and str, may need less than tp_basicsize. */
static size_t
least_bytes(const void *type)
{
	size_t n = object_word(type, TP_BASICSIZE);
	size_t least = type_flags(type) & FLAG_UNICODE ? LEAST_STR :
		       object_word(type, TP_ITEMSIZE)  ? LEAST_VAR :
							 n;

	return least < n ? least : n;
}

static bool
has_type_at(uintptr_t o, uintptr_t block, size_t size)
{
	const void *type;

	if (!recognize_type(object_word((void *)o, OB_TYPE)))
		return false;
	type = object_type((void *)o);
	return o - block + least_bytes(type) <= ((size + 15) & ~(size_t)15) &&
	       object_block((void *)o) == block &&
	       (o == block || has_header(o)) &&
	       (type_flags(type) & FLAG_READY ||
		recognize_fits((void *)o, block, size));
}

/*
 * A pair of {pointer, type} must not pass for an object with many references:
 * in an executable at a fixed place even pointers are small numbers.
 */
static bool
is_refcount(int64_t refs)
{
	return refs > 0 && (refs < FEW_REFERENCES ||
			    (refs >> MAX_REFCOUNT_BITS == 0 &&
			     (refs & 7 || !can_read((uintptr_t)refs, 1))));
}

/*
 * 3.14+: a free list's next member stands where the reference count was
 * (pycore_freelist.h), which has but half of the word.
 */
static bool
has_link(const void *o)
{
	uintptr_t word = object_word(o, 0);

	return layout->has_short_refcount &&
	       (word >> 32 & 0xffff ||
		(word >= FEW_REFERENCES && !(word & 7) && can_read(word, 1)));
}

/* The count of an immortal object has nothing in its upper half (3.12+). */
static bool
is_immortal(uintptr_t o)
{
	return object_is_immortal((void *)o) &&
	       (layout->has_short_refcount ||
		!(object_word((void *)o, 0) >> 32));
}

/* An object at o, or what is left of one. */
static bool
is_object_at(uintptr_t o, uintptr_t block, size_t size, bool *is_dead)
{
	int64_t refs;

	if (!has_type_at(o, block, size))
		return false;
	refs = object_refcount((void *)o);
	*is_dead = refs == 0 || has_link((void *)o);
	return *is_dead || is_immortal(o) || is_refcount(refs);
}

bool
recognize_fits(const void *o, uintptr_t block, size_t size)
{
	const void *type = object_type(o);
	int64_t need = object_own_bytes(o);
	size_t slack = SLACK;

	if (need < 0 || (uintptr_t)need > size + 15)
		return false;
	need += (int64_t)((uintptr_t)o - block);
	/* realloc() lets three quarters stay where they are. */
	if (object_word(type, TP_ITEMSIZE) || type_flags(type) & FLAG_UNICODE)
		slack += size / 4;
	return (size_t)need <= size + 15 && (size_t)need + slack > size;
}

size_t
recognize_offset(size_t place)
{
	return place == 1 ? 0 :
	       place == 2 ? layout->gc_head_bytes :
			    layout->gc_head_bytes + (size_t)16;
}

size_t
recognize_place(size_t offset)
{
	size_t place = RECOGNIZE_PLACES;

	while (place && recognize_offset(place) != offset)
		place--;
	return place;
}

/*
 * A live object anywhere is preferred to a dead one: up to 3.7, a new collector
 * header is not cleared, and may contain an old object's type.
 */
void *
recognize_object(uintptr_t block, size_t size, bool *is_dead)
{
	void *dead = NULL;
	size_t place;

	for (place = 1; place <= RECOGNIZE_PLACES; place++) {
		uintptr_t o = block + recognize_offset(place);

		if (o + 16 > block + size)
			break;
		if (!is_object_at(o, block, size, is_dead))
			continue;
		if (!*is_dead)
			return (void *)o;
		dead = dead ? dead : (void *)o;
	}
	*is_dead = dead;
	return dead;
}
