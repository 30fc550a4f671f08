#include "config.h"

#include "analysis/heap/fastbins.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/base/ranges.h"
#include "analysis/heap/chunks.h"
#include "analysis/heap/mallocchunk.h"
#include "python/peek.h"

enum { LISTS = 10 }; /* the words before top */

/* Of the list of chunks with that size. */
static bool
is_member(const struct chunks_heap *h, size_t size, uintptr_t chunk)
{
	return chunk % 16 == 0 && chunk >= h->start && chunk < h->top &&
	       chunk_size(chunk) == size;
}

/* Mangled with its own address (PROTECT_PTR) since 2.32; 0: the last one. */
static uintptr_t
next(const struct chunks_heap *h, size_t size, uintptr_t chunk)
{
	uintptr_t plain = chunk_word(chunk + CHUNK_BLOCK);
	uintptr_t mangled = plain ^ (chunk + CHUNK_BLOCK) >> 12;

	return is_member(h, size, mangled) ? mangled :
	       is_member(h, size, plain)   ? plain :
					     0;
}

void
fastbins_read(struct ranges *out, const struct chunks_heap *h)
{
	/* A list that was being changed may lead in a circle. */
	size_t left = (h->end - h->start) / CHUNK_SMALLEST, i;
	size_t size = CHUNK_SMALLEST; /* and 16 more in each list */
	uintptr_t chunk;

	for (i = 0; i < LISTS && h->top_at; i++, size += 16) {
		/* Without them top is the first member: nothing before it. */
		chunk = peek_word(h->top_at + 8 * i - 8 * (uintptr_t)LISTS, 0);
		for (; left && is_member(h, size, chunk); left--) {
			ranges_add(out, chunk, chunk + 1);
			chunk = next(h, size, chunk);
		}
	}
	ranges_sort(out);
}
