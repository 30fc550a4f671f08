#include "config.h"

#include "python/typecache.h"

#include "python/api.h"
#include "python/objects.h"

enum {
	STRING_HASH = 24,    /* of str, and of 2.7's */
	FEWEST_ENTRIES = 32, /* in place: not a coincidence */
	HOPELESS = 16,
	/* PyInterpreterState has some 250 KiB at most. */
	STATE_BYTES = 512 << 10,
	SIZE_27 = 1 << 10,
	SIZE = 1 << 12,
};

static bool (*is_readable)(uintptr_t address, size_t n);

static bool
is_string(uintptr_t o)
{
	const void *type;

	if (o < 4096 || o & 7 || !is_readable(o, STRING_HASH + 8))
		return false;
	type = (const void *)unaligned_word(o + OB_TYPE);
	return type == py.PyUnicode_Type || type == py.PyString_Type;
}

static bool
has_entry(uintptr_t at)
{
	uintptr_t version = unaligned_word(at);

	return version && !(version >> 32) &&
	       is_string(unaligned_word(at + TYPECACHE_NAME));
}

/* MCACHE_HASH_METHOD: of 2.7, of early and of later versions of 3. */
enum formula { PRODUCT, BY_HASH, BY_ADDRESS, FORMULAS };

static size_t
index_of(uintptr_t at, enum formula f)
{
	uintptr_t name = unaligned_word(at + TYPECACHE_NAME);
	uint32_t version = (uint32_t)unaligned_word(at);
	uint32_t hash = (uint32_t)unaligned_word(name + STRING_HASH);

	switch (f) {
	case PRODUCT:
		return (uint32_t)(version * hash) >> 22;
	case BY_HASH:
		return (version ^ hash) & (SIZE - 1);
	default:
		return (version ^ (uint32_t)(name >> 3)) & (SIZE - 1);
	}
}

/* Are all that look like entries where they should be? */
static bool
is_cache(uintptr_t start, uintptr_t end, enum formula f)
{
	size_t right = 0, wrong = 0, i = 0;
	uintptr_t at;

	for (at = start; at < end; at += TYPECACHE_ENTRY, i++) {
		if (!has_entry(at))
			continue;
		if (index_of(at, f) == i)
			right++;
		else if (++wrong > HOPELESS && wrong > right)
			return false; /* soon: there are many candidates */
	}
	return right >= FEWEST_ENTRIES && wrong <= right / 16;
}

uintptr_t
typecache_find(uintptr_t from, uintptr_t to,
	       bool (*can_read)(uintptr_t address, size_t n), uintptr_t *end)
{
	uintptr_t at;
	int f;

	is_readable = can_read;
	from += python_data_shift(layout->has_main_in_runtime);
	for (at = from; at + TYPECACHE_ENTRY <= to; at += sizeof at) {
		if (!has_entry(at))
			continue;
		for (f = 0; f < FORMULAS; f++) {
			size_t n = f == PRODUCT ? SIZE_27 : SIZE;
			uintptr_t start = at - index_of(at, (enum formula)f) *
						       TYPECACHE_ENTRY;

			*end = start + n * TYPECACHE_ENTRY;
			if (start >= from && *end <= to &&
			    is_cache(start, *end, (enum formula)f))
				return start;
		}
	}
	return 0;
}

uintptr_t
typecache_state(size_t *bytes)
{
	if (!layout->has_type_cache_of_interpreter ||
	    !py.PyInterpreterState_Head)
		return 0;
	*bytes = STATE_BYTES;
	return (uintptr_t)py.PyInterpreterState_Head();
}
