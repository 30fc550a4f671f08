#include "config.h"

#include "analysis/heap/mappedchunks.h"

#include "analysis/heap/mallocchunk.h"
#include "analysis/heap/maps.h"
#include "analysis/heap/pages.h"
#include "python/peek.h"

/*
 * The size of the chunk's mapping; 0 if there is none.  The first word is not 0
 * for aligned_alloc(3).  Since glibc 2.43 the size leaves out the header.
 */
static size_t
size_of(const uintptr_t head[2])
{
	size_t size = head[1] & ~(uintptr_t)CHUNK_FLAGS;

	if (head[0] || (head[1] & CHUNK_FLAGS) != CHUNK_IS_MMAPPED)
		return 0;
	if ((size + CHUNK_BLOCK) % PAGES_BYTES == 0)
		size += CHUNK_BLOCK;
	return size % PAGES_BYTES ? 0 : size;
}

/* The same where perhaps nothing can be read. */
static size_t
peek_size(uintptr_t chunk)
{
	uintptr_t head[2];

	return peek(head, chunk, sizeof head) ? size_of(head) : 0;
}

struct walk {
	uintptr_t expected, end;
	uintptr_t done; /* nothing begins before that */
	mappedchunks_take *take;
	void *ctx;
};

static void
walk_pages(uintptr_t from, uintptr_t to, bool is_sure, void *ctx)
{
	struct walk *w = ctx;
	uintptr_t at = from > w->done ? from : w->done;

	while (at < to) {
		size_t size = is_sure ? size_of((const uintptr_t *)at) :
					peek_size(at);

		if (!size || size > w->end - at) {
			at += PAGES_BYTES;
			continue;
		}
		if (w->take(at + CHUNK_BLOCK, size - CHUNK_BLOCK,
			    at == w->expected, w->ctx))
			w->expected = at + size;
		/* What is not taken may be a block, full of anything. */
		at += size;
	}
	w->done = at;
}

uintptr_t
mappedchunks_walk(int pagemap, const struct map *map, uintptr_t from,
		  uintptr_t limit, mappedchunks_take *take, void *ctx)
{
	struct walk w = {map->start, limit, map->start, take, ctx};

	/* A block that began in the mapping before reaches into this one. */
	if (from > map->start)
		w.expected = w.done = from;
	pages_walk(pagemap, map, walk_pages, &w);
	return w.done;
}

uintptr_t
mappedchunks_end(uintptr_t block)
{
	uintptr_t chunk = block - CHUNK_BLOCK;
	size_t size = chunk % PAGES_BYTES ? 0 : peek_size(chunk);

	return size ? chunk + size : 0;
}
