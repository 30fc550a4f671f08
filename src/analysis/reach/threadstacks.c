#include "config.h"

#include "analysis/reach/threadstacks.h"

#include <stdbool.h>
#include <stddef.h>

#include "python/peek.h"

enum {
	FIRST = 0x200,
	END = 0x700,
	LEAST_STACK = 16384,
	PAGE = 4096,
};

#define MOST_STACK ((uintptr_t)1 << 40)

struct bounds {
	uintptr_t start, size, guard;
};

static bool
is_within(const struct bounds *b, uintptr_t address)
{
	return address - b->start < b->size;
}

static bool
are_bounds(const struct bounds *b, uintptr_t sp, uintptr_t storage)
{
	return b->start && !(b->start & 15) && b->size >= LEAST_STACK &&
	       b->size < MOST_STACK && b->guard < b->size &&
	       !(b->guard % PAGE) && is_within(b, sp) &&
	       is_within(b, storage) && sp < storage;
}

uintptr_t
threadstacks_start(const struct maps *m, uintptr_t sp, uintptr_t storage)
{
	const struct map *map = maps_find(m, sp);
	uintptr_t words[(END - FIRST) / sizeof(uintptr_t)];
	size_t i;

	if (!map)
		return 0;
	/* The main thread's, which has a mapping of its own. */
	if (map->flags & MAP_IS_STACK)
		return map->start;
	if (!storage || !peek(words, storage + FIRST, sizeof words))
		return 0;
	for (i = 0; i + 3 <= sizeof words / sizeof *words; i++) {
		const struct bounds b = {words[i], words[i + 1], words[i + 2]};
		uintptr_t start = b.start + b.guard;

		/* Never beyond the mapping, whatever is believed. */
		if (are_bounds(&b, sp, storage))
			return start > map->start ? start : map->start;
	}
	return 0;
}
