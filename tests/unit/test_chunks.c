#include "config.h"

#include "analysis/heap/chunks.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/heap/maps.h"
#include "tap.h"

enum { BLOCKS = 4000, SEEN = 100000 };

static struct {
	uintptr_t block;
	size_t size;
} seen[SEEN];
static size_t n_seen;

static void
note(uintptr_t block, size_t size, void *ctx)
{
	(void)ctx;
	if (n_seen < SEEN) {
		seen[n_seen].block = block;
		seen[n_seen++].size = size;
	}
}

static size_t
size_at(void *p)
{
	size_t i;

	for (i = 0; i < n_seen; i++)
		if (seen[i].block == (uintptr_t)p)
			return seen[i].size;
	return 0;
}

static bool
find_heap(uintptr_t *start, uintptr_t *end)
{
	struct maps maps;
	size_t i;
	bool found = false;

	if (!maps_read(&maps, 0))
		return false;
	for (i = 0; i < maps.n; i++)
		if (maps.all[i].flags & MAP_IS_HEAP) {
			*start = maps.all[i].start;
			*end = maps.all[i].end;
			found = true;
		}
	maps_fini(&maps);
	return found;
}

/* Where the C library's own variables are; 0: not found. */
static uintptr_t
find_state(const struct chunks_heap *h)
{
	const unsigned wanted = MAP_IS_READABLE | MAP_IS_WRITABLE | MAP_IS_FILE;
	uintptr_t at = 0;
	struct maps maps;
	size_t i;

	if (!maps_read(&maps, 0))
		return 0;
	for (i = 0; i < maps.n && !at; i++)
		if ((maps.all[i].flags & wanted) == wanted)
			at = chunks_find_state(maps.all[i].start,
					       maps.all[i].end, h);
	maps_fini(&maps);
	return at;
}

/* The oracle is the C library itself: its own heap, with holes of all kinds. */
static void
own_heap(void)
{
	static void *blocks[BLOCKS];
	static bool is_free[BLOCKS];
	uintptr_t start, end;
	struct chunks_heap h;
	int i, missing = 0, wrong_size = 0, dead = 0, n_free = 0;

	n_seen = 0;
	/* Nothing may be mapped apart: all of it belongs to the heap. */
	mallopt(M_MMAP_THRESHOLD, 1 << 26);
	srand(4711);
	for (i = 0; i < BLOCKS; i++) {
		blocks[i] = malloc((size_t)(rand() % (i % 7 ? 300 : 20000)));
		memset(blocks[i], 0x55, malloc_usable_size(blocks[i]));
	}
	for (i = 0; i < BLOCKS; i++) {
		is_free[i] = rand() % 3 == 0;
		if (is_free[i])
			free(blocks[i]);
		n_free += is_free[i];
	}
	if (!find_heap(&start, &end)) {
		skip("a walk over the own heap", "the process has no [heap]");
		return;
	}
	if (!chunks_find_heap(start, end, &h)) {
		skip("a walk over the own heap", "another malloc is at work");
		return;
	}
	h.top_at = find_state(&h);
	chunks_walk(&h, note, NULL);
	for (i = 0; i < BLOCKS; i++) {
		size_t size = size_at(blocks[i]);

		if (is_free[i]) {
			dead += size != 0;
			continue;
		}
		missing += size == 0;
		wrong_size += size != malloc_usable_size(blocks[i]);
	}
	is_number(missing, 0, "no block in use is missing");
	is_number(wrong_size, 0, "each has the size that malloc says");
	/* Freed neighbours may have been cut anew by others since. */
	ok(dead <= n_free / 50, "of %d that are free %d seem in use", n_free,
	   dead);
}

/* An owner that does not write its first word leaves free()'s link there. */
static void
links_that_stay(void)
{
	enum { SMALL = 60, N = 40 };
	/* Static for LeakSanitizer, whose malloc this may be. */
	static void *blocks[N];
	uintptr_t start, end;
	struct chunks_heap h;
	int i, missing = 0;

	for (i = 0; i < N; i++)
		blocks[i] = malloc(SMALL);
	for (i = 0; i < N; i++)
		free(blocks[i]);
	for (i = 0; i < N; i++)
		blocks[i] = malloc(SMALL);
	n_seen = 0;
	if (!find_heap(&start, &end) || !chunks_find_heap(start, end, &h) ||
	    !(h.top_at = find_state(&h))) {
		skip("links that stay", "another malloc is at work");
		return;
	}
	chunks_walk(&h, note, NULL);
	for (i = 0; i < N; i++)
		missing += size_at(blocks[i]) == 0;
	is_number(missing, 0, "what was free once is in use now");
	n_seen = 0;
	missing = 0;
	h.top_at = 0;
	chunks_walk(&h, note, NULL);
	for (i = 0; i < N; i++)
		missing += size_at(blocks[i]) == 0;
	is_number(missing, 0, "also where malloc's variables are not found");
	for (i = 0; i < N; i++)
		free(blocks[i]);
}

static void
no_heap(void)
{
	static uintptr_t words[1024] __attribute__((aligned(16)));
	struct chunks_heap h;

	n_seen = 0;
	ok(!chunks_find_heap((uintptr_t)words, (uintptr_t)(words + 1024), &h),
	   "zeros are no heap");
	words[1] = 0x21;
	words[5] = 0x7fffffff1;
	ok(!chunks_find_heap((uintptr_t)words, (uintptr_t)(words + 1024), &h),
	   "nor is one that leads out of it");
	chunks_walk(&h, note, NULL);
	is_number(n_seen, 0, "and nothing is told of them");
}

int
main(void)
{
	no_heap();
	links_that_stay();
	own_heap();
	return tap_done();
}
