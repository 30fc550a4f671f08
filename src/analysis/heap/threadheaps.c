#include "config.h"

#include "analysis/heap/threadheaps.h"

#include "analysis/heap/chunks.h"
#include "analysis/heap/mallocchunk.h"

enum {
	/* heap_info: arena, previous heap, bytes in use, bytes reserved. */
	INFO_ARENA = 0,
	INFO_BYTES = 16,
	INFO_RESERVED = 24,
	INFO_LEAST = 32, /* 48 since 2.35 */
	INFO_MOST = 64,
	ARENA_MOST = 0x1000, /* malloc_state: some 2200 bytes */
	TOP_WITHIN = 0x100,  /* its member top: at 96 up to 2.42 */
	PAGE = 4096,
};

/* Only the heap that an arena takes from now has its top.  Where, or 0. */
static uintptr_t
find_top(uintptr_t arena, uintptr_t top)
{
	uintptr_t at;

	for (at = arena; at < arena + TOP_WITHIN; at += 8)
		if (chunk_word(at) == top)
			return at;
	return 0;
}

bool
threadheaps_find(uintptr_t start, uintptr_t limit, struct chunks_heap *h,
		 uintptr_t *rest)
{
	uintptr_t arena, bytes, reserved, c;

	if (start % THREAD_HEAP_ALIGNMENT || limit - start < 2 * PAGE)
		return false;
	arena = chunk_word(start + INFO_ARENA);
	bytes = chunk_word(start + INFO_BYTES);
	reserved = chunk_word(start + INFO_RESERVED);
	if (bytes % PAGE || reserved % PAGE || bytes < PAGE ||
	    bytes > reserved || reserved > limit - start)
		return false;
	/*
	 * The arena's own heap: of a second one only the arena knows the top.
	 */
	if (arena < start + INFO_LEAST || arena > start + INFO_MOST)
		return false;
	*rest = start + reserved;
	for (c = (arena + 15) & ~(uintptr_t)15; c < arena + ARENA_MOST; c += 16)
		if (chunks_find_heap(c, start + bytes, h) &&
		    (h->top_at = find_top(arena, h->top)))
			return true;
	return false;
}
