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
	RECORD_WORDS = 4,
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

/*
 * A signal's stack (sigaltstack(2)) may be an array in the thread's own stack:
 * then what was interrupted is below the stack pointer, and alive.  The kernel
 * has put a record of that stack between its handler and its end (struct
 * ucontext, uc_stack).
 */
static bool
is_record(const uintptr_t words[RECORD_WORDS], uintptr_t at, uintptr_t sp)
{
	enum { LEAST = 2048, MOST = 1 << 20, AUTODISARM = 1U << 31 };
	uintptr_t start = words[1], size = words[3];

	/* uc_link; ss_sp; ss_flags, and padding; ss_size. */
	return !words[0] && !((uint32_t)words[2] & ~(uint32_t)AUTODISARM) &&
	       size >= LEAST && size <= MOST && sp - start < size &&
	       at - start < size;
}

static bool
is_on_signal_stack(uintptr_t sp, uintptr_t end)
{
	enum { FARTHEST = 1 << 20, PIECE = 512 };
	uintptr_t words[PIECE + RECORD_WORDS], at;
	uintptr_t limit = end - sp > FARTHEST ? sp + FARTHEST : end;
	size_t n, i;

	for (at = sp & ~(uintptr_t)7; at < limit; at += PIECE * sizeof *words) {
		n = (limit - at) / sizeof *words;
		n = n < PIECE + RECORD_WORDS ? n : PIECE + RECORD_WORDS;
		if (!peek(words, at, n * sizeof *words))
			return true; /* not known */
		for (i = 0; i + RECORD_WORDS <= n; i++)
			if (is_record(&words[i], at + i * sizeof *words, sp))
				return true;
	}
	return false;
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
			return is_on_signal_stack(sp, b.start + b.size) ? 0 :
			       start > map->start ? start :
						    map->start;
	}
	return 0;
}
