#include "config.h"

#include "python/versioncache.h"

#include <string.h>

#include "python/api.h"
#include "python/objects.h"

enum {
	SIZE = 1 << 12,
	FEWEST_RIGHT = 16,    /* in place: not a coincidence */
	TP_VERSION_TAG = 384, /* 2.7 to 3.15 */
	OF_FUNCTION = 0,      /* layout->function_version */
};

/* What an array may look like: each is tried, and proven by its members. */
struct shape {
	uint8_t cache;
	uint8_t stride;
	uint16_t version; /* offset of the version in what it points to */
};

static const struct shape shapes[] = {
	{0, 8, TP_VERSION_TAG},
	{1, 8, OF_FUNCTION},
	{1, 16, OF_FUNCTION},
};

static bool (*is_readable)(uintptr_t address, size_t n);

/* The version of the type or function there; 0 if there is none. */
static uint32_t
version_of(uintptr_t o, const struct shape *s)
{
	const void *wanted =
		s->cache ? (void *)py.PyFunction_Type : (void *)py.PyType_Type;
	size_t at = s->version ? s->version : layout->function_version;

	if (o < 4096 || o & 7 || !is_readable(o, at + 4) ||
	    object_type((void *)o) != wanted)
		return 0;
	return *(const uint32_t *)(o + at);
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

/* Most words that lead to a type are types of objects there. */
static bool
has_neighbours(uintptr_t at, uint32_t version, uintptr_t start, uintptr_t end,
	       const struct shape *s)
{
	enum { NEAR = 8 };
	uint32_t i;

	for (i = 1; i <= NEAR; i++) {
		uintptr_t next = at + i * s->stride, o;

		if (next < start || next >= end)
			return true;
		o = unaligned_word(next);
		if (o && version_of(o, s) % SIZE != (version + i) % SIZE)
			return false;
	}
	return true;
}

static bool
is_found(const struct span *out, size_t cache)
{
	return out[cache].start < out[cache].end;
}

/* The word at `at' leads to o, a type or a function: is it in a cache? */
static void
try_shapes(uintptr_t at, uintptr_t o, uintptr_t from, uintptr_t to,
	   struct span *out)
{
	size_t k;

	for (k = 0; k < sizeof shapes / sizeof *shapes; k++) {
		const struct shape *s = &shapes[k];
		uint32_t version = version_of(o, s);
		uintptr_t start = at - version % SIZE * s->stride;
		uintptr_t end = start + SIZE * s->stride;

		if (version && !is_found(out, s->cache) && start >= from &&
		    end <= to && has_neighbours(at, version, start, end, s) &&
		    is_cache(start, end, s))
			out[s->cache] = (struct span){start, end};
	}
}

void
versioncache_find(uintptr_t from, uintptr_t to,
		  bool (*can_read)(uintptr_t address, size_t n),
		  struct span out[VERSIONCACHES])
{
	uintptr_t at;

	memset(out, 0, VERSIONCACHES * sizeof *out);
	is_readable = can_read;
	if (!layout->has_version_caches || !py.PyFunction_Type)
		return;
	from += python_data_shift(layout->has_main_in_runtime);
	for (at = from; at + sizeof at <= to; at += sizeof at) {
		uintptr_t o = unaligned_word(at);
		const void *type;

		if (o < 4096 || o & 7 || !is_readable(o, sizeof at * 2))
			continue;
		type = object_type((void *)o);
		if ((type == py.PyType_Type && !is_found(out, 0)) ||
		    (type == py.PyFunction_Type && !is_found(out, 1)))
			try_shapes(at, o, from, to, out);
	}
}
