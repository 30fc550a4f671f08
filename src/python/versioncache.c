#include "config.h"

#include "python/versioncache.h"

#include "python/api.h"
#include "python/objects.h"

enum {
	SIZE = 1 << 12,
	FEWEST_RIGHT = 16, /* so many stand right by no accident */
	TP_VERSION_TAG = 384, /* 2.7 to 3.15 */
};

/* What an array may look like: each is tried, and proven by its members. */
struct shape {
	uint8_t cache;
	uint8_t stride;
	uint16_t version; /* offset of the version in what it points to */
};

static const struct shape shapes[] = {
	{0, 8, TP_VERSION_TAG},
	/* PyFunctionObject.func_version: 3.12, 3.13, 3.14+. */
	{1, 8, 128}, {1, 8, 136}, {1, 8, 144},
	{1, 16, 128}, {1, 16, 136}, {1, 16, 144},
};

static bool (*is_readable)(uintptr_t address, size_t n);

/* The version of the type or function there; 0 if there is none. */
static uint32_t
version_of(uintptr_t o, const struct shape *s)
{
	const void *wanted = s->cache ? (void *)py.PyFunction_Type :
					(void *)py.PyType_Type;

	if (o < 4096 || o & 7 || !is_readable(o, s->version + 4u) ||
	    object_type((void *)o) != wanted)
		return 0;
	return *(const uint32_t *)(o + s->version);
}

static bool
is_cache(uintptr_t start, uintptr_t end, const struct shape *s)
{
	size_t right = 0, wrong = 0, i = 0;
	uintptr_t at;

	for (at = start; at < end; at += s->stride, i++) {
		uintptr_t o = unaligned_word(at);

		if (!o)
			continue;
		if (version_of(o, s) % SIZE == i)
			right++;
		else
			wrong++;
	}
	return right >= FEWEST_RIGHT && wrong <= right / 16;
}

static uintptr_t
find_shape(const struct shape *s, uintptr_t from, uintptr_t to, uintptr_t *end)
{
	uintptr_t at, last = 0;

	for (at = from; at + sizeof at <= to; at += 4) {
		uint32_t version = version_of(unaligned_word(at), s);
		uintptr_t start = at - version % SIZE * s->stride;

		if (!version || start == last)
			continue;
		last = start;
		*end = start + SIZE * s->stride;
		if (start >= from && *end <= to && is_cache(start, *end, s))
			return start;
	}
	return 0;
}

uintptr_t
versioncache_find(size_t i, uintptr_t from, uintptr_t to,
		  bool (*can_read)(uintptr_t address, size_t n),
		  uintptr_t *end)
{
	uintptr_t start = 0;
	size_t k;

	is_readable = can_read;
	if (python.version < 0x030c || !py.PyFunction_Type)
		return 0;
	for (k = 0; k < sizeof shapes / sizeof *shapes && !start; k++)
		if (shapes[k].cache == i)
			start = find_shape(&shapes[k], from, to, end);
	return start;
}
