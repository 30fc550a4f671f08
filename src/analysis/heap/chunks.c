#include "config.h"

#include "analysis/heap/chunks.h"

#include "analysis/base/ranges.h"
#include "analysis/heap/fastbins.h"
#include "analysis/heap/mallocchunk.h"

enum {
	LARGEST_FAST = 0x80 + 0x10, /* global_max_fast at its default, or so */
	TCACHE_CHUNK = 0x290,       /* tcache_perthread_struct, 2.30 to 2.41 */
};

static uintptr_t
next(uintptr_t chunk)
{
	return chunk + chunk_size(chunk);
}

/* Sizes lead from the start to the end. */
bool
chunks_find_heap(uintptr_t start, uintptr_t end, struct chunks_heap *h)
{
	uintptr_t c = start, last = 0;

	*h = (struct chunks_heap){start, end, 0, 0};
	if (start & 15 || end & 15)
		return false;
	while (c < end) {
		size_t n = chunk_size(c);

		if (n < CHUNK_SMALLEST || n & 15 || n > end - c)
			return false;
		last = c;
		c += n;
	}
	h->top = last;
	return last != 0;
}

/*
 * Blocks that free() put aside for the next malloc() of their size look as if
 * in use.  Since 2.32 their link is mangled with its own address (PROTECT_PTR),
 * which makes the last of each list, link 0, easy to tell.
 */
static uintptr_t
link_of(uintptr_t block)
{
	return chunk_word(block) ^ block >> 12;
}

/*
 * A free block of a thread's cache has a key in its second word: the address of
 * the cache up to 2.33, a random number from 2.34 on, which the ends of its
 * lists show.  Only blocks too big for the fast bins tell, whose free blocks
 * have old data there.
 */
static uintptr_t
find_key(const struct chunks_heap *h)
{
	uintptr_t start = h->start;
	enum { KEYS = 8 };
	uintptr_t keys[KEYS] = {0}, c;
	unsigned votes[KEYS] = {0}, best = 0, i;

	/* The first chunk is the main thread's cache itself. */
	for (c = next(start); c < h->top; c = next(c))
		if (chunk_size(start) == TCACHE_CHUNK &&
		    chunk_word(c + CHUNK_BLOCK + 8) == start + CHUNK_BLOCK)
			return start + CHUNK_BLOCK;
	for (c = start; c < h->top; c = next(c)) {
		uintptr_t key = chunk_word(c + CHUNK_BLOCK + 8);

		if (link_of(c + CHUNK_BLOCK) || chunk_size(c) <= LARGEST_FAST ||
		    !(key >> 47))
			continue;
		for (i = 0; i < KEYS && keys[i] && keys[i] != key; i++)
			;
		if (i == KEYS)
			continue;
		keys[i] = key;
		if (++votes[i] > votes[best])
			best = i;
	}
	return keys[best];
}

void
chunks_walk(const struct chunks_heap *h,
	    void (*each)(uintptr_t block, size_t size, void *ctx), void *ctx)
{
	uintptr_t c, key = find_key(h);
	struct ranges fast = {NULL, 0, 0, false};

	fastbins_read(&fast, h);
	for (c = h->start; c < h->top; c = next(c)) {
		if (!(chunk_word(next(c) + CHUNK_SIZE) & CHUNK_PREVIOUS_IN_USE))
			continue;
		if ((key && chunk_word(c + CHUNK_BLOCK + 8) == key) ||
		    ranges_contain(&fast, c))
			continue;
		/* The next chunk's first word is this one's to use. */
		each(c + CHUNK_BLOCK, chunk_size(c) - CHUNK_SIZE, ctx);
	}
	ranges_fini(&fast);
}

/* malloc_state: top, last_remainder, and 127 bins of two words each. */
enum {
	BINS = (CHUNKS_FROM_TOP - 32) / 16,
	BINS_AT = 16, /* behind top */
};

uintptr_t
chunks_find_state(uintptr_t from, uintptr_t to, const struct chunks_heap *h)
{
	uintptr_t at;

	for (at = from + CHUNKS_BEFORE_TOP; at + CHUNKS_FROM_TOP <= to;
	     at += 8) {
		size_t i, right = 0;

		if (chunk_word(at) != h->top)
			continue;
		/* An empty bin leads to itself, as if it were a chunk. */
		for (i = 0; i < 2 * BINS; i++) {
			uintptr_t to_chunk = chunk_word(at + BINS_AT + 8 * i);

			right += to_chunk == at + i / 2 * 16 ||
				 to_chunk - h->start < h->end - h->start;
		}
		if (right < 2 * BINS)
			continue;
		return at;
	}
	return 0;
}
