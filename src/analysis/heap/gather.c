#include "config.h"

#include "analysis/heap/gather.h"

#include <string.h>

#include "analysis/heap/chunks.h"
#include "analysis/heap/guards.h"
#include "analysis/heap/mappedchunks.h"
#include "analysis/heap/pages.h"
#include "analysis/heap/reserved.h"
#include "analysis/heap/threadheaps.h"
#include "python/objects.h"
#include "python/pymalloc.h"
#include "python/recognize.h"

static int
add_block(const struct source_range *b, void *ctx)
{
	struct gathered *g = ctx;
	uintptr_t pool = b->start & ~(pymalloc_pool_bytes() - 1);

	if (b->size <= PYMALLOC_MAX_BYTES && pool != g->last_pool) {
		ranges_add(&g->pools, pool, pool + 1);
		g->last_pool = pool;
	}
	heap_add(&g->heap, b->start, b->size,
		 b->may_be_object ? HEAP_OBJECT : HEAP_MEMORY);
	g->n_dead += b->is_dead;
	return g->heap.failed;
}

/* ---- pymalloc ---- */

/* Without hooks only the collector's lists tell what an object is. */
static bool
is_tracked(const struct gathered *g, uintptr_t block)
{
	size_t place;

	for (place = 1; place <= RECOGNIZE_PLACES; place++)
		if (mirror_find(g->tracked, block + recognize_offset(place)) !=
		    NODE_NONE)
			return true;
	return false;
}

/* A block of Python's that the side table lacks. */
static void
add_unknown(struct gathered *g, uintptr_t block, size_t size)
{
	struct wrapped w;

	if (pymalloc_unwrap(block, size, &w))
		heap_add(&g->heap, w.start, w.size,
			 w.is_object ? HEAP_OBJECT : HEAP_MEMORY);
	else
		heap_add(&g->heap, block, size,
			 is_tracked(g, block) ? HEAP_OBJECT : HEAP_PERHAPS);
}

static void
add_unknown_blocks(struct gathered *g, const struct pool *p)
{
	size_t i;

	for (i = 0; i < p->n_blocks; i++) {
		uintptr_t b = p->first + i * p->block_bytes;

		/* A debug allocator puts its own words before the block. */
		if (!pool_block_is_live(p, i) ||
		    heap_has_start(&g->heap, b, b + p->block_bytes))
			continue;
		add_unknown(g, b, p->block_bytes);
	}
}

/* The pool at `start', if it is one that was not seen yet. */
static bool
take_pool(struct gathered *g, uintptr_t start, struct pool *p)
{
	size_t bytes = pymalloc_pool_bytes();

	if (!heap_first_look(&g->heap, start) ||
	    !maps_can_read(&g->maps, start, bytes) ||
	    !pymalloc_read_pool(start, p))
		return false;
	add_unknown_blocks(g, p);
	ranges_add(&g->not_roots, p->start, p->end);
	return true;
}

/* Its neighbours in the arena may have no block that we know of. */
static void
take_pool_of(struct gathered *g, uintptr_t address)
{
	uintptr_t bytes = pymalloc_pool_bytes(), at;
	uintptr_t start = address & ~(bytes - 1);
	struct pool p, other;

	if (!take_pool(g, start, &p))
		return;
	for (at = start - bytes; start - at < pymalloc_arena_bytes();
	     at -= bytes)
		if (!take_pool(g, at, &other) || other.arena != p.arena)
			break;
	for (at = start + bytes; at - start < pymalloc_arena_bytes();
	     at += bytes)
		if (!take_pool(g, at, &other) || other.arena != p.arena)
			break;
}

/* Pools anywhere in touched memory: those whose every word fits. */
static void
search_pools_in(uintptr_t from, uintptr_t to, bool is_sure, void *ctx)
{
	uintptr_t bytes = pymalloc_pool_bytes();
	uintptr_t at = (from + bytes - 1) & ~(bytes - 1);
	struct gathered *g = ctx;
	struct pool p;

	(void)is_sure; /* guards have been cut out */
	/* A pool's end may be untouched. */
	for (; at < to; at += bytes)
		if (maps_can_read(&g->maps, at, bytes) &&
		    pymalloc_read_pool(at, &p) && p.is_sound)
			take_pool_of(g, at);
}

static void
search_pools(struct gathered *g, int pagemap, const struct map *map)
{
	const unsigned wanted = MAP_IS_READABLE | MAP_IS_WRITABLE;
	const unsigned unwanted =
		MAP_IS_FILE | MAP_IS_SHARED | MAP_IS_SPECIAL | MAP_IS_STACK;

	if ((map->flags & (wanted | unwanted)) == wanted &&
	    maps_can_read(&g->maps, map->start, map->end - map->start))
		pages_walk(pagemap, map, search_pools_in, g);
}

static void
add_pools(struct gathered *g, const struct mirror *m)
{
	int pagemap;
	size_t i;

	for (i = 0; i < g->pools.n; i++)
		take_pool_of(g, g->pools.all[i].start);
	/* What was tracked before the hooks. */
	for (i = 0; i < m->n; i++)
		take_pool_of(g, m->nodes[i].address);
	if (!g->lacks_blocks)
		return;
	/* Without hooks, nothing leads to an arena of strings and numbers. */
	pagemap = pages_open();
	for (i = 0; i < g->maps.n; i++)
		search_pools(g, pagemap, &g->maps.all[i]);
	pages_close(pagemap);
}

/*
 * Are most objects in what is known of allocators so far?  With
 * PYTHONMALLOC=malloc a few may be in pools, from before the interpreter has
 * read that (3.7).
 */
static bool
has_most_objects(struct gathered *g, const struct mirror *m)
{
	enum { SAMPLES = 1024 };
	size_t step = m->n / SAMPLES + 1, n = 0, n_in = 0, i;

	ranges_sort(&g->not_roots);
	for (i = 0; i < m->n; i += step) {
		n++;
		n_in += ranges_contain(&g->not_roots, m->nodes[i].address);
	}
	return n_in * 2 > n;
}

/* ---- the C heap ---- */

/*
 * Objects too big for pools that were not recorded: tracked ones, and blocks
 * that have the size and everything else of an object.
 */
static bool
is_big_object(const struct gathered *g, uintptr_t block, size_t size)
{
	const void *o;
	bool is_dead;

	if (is_tracked(g, block))
		return true;
	/* Where there are pools, the small ones are in them. */
	if (!g->lacks_blocks || (g->uses_pools && size <= PYMALLOC_MAX_BYTES))
		return false;
	o = recognize_object(block, size, &is_dead);
	return o && !is_dead && recognize_fits(o, block, size);
}

/* What malloc's block is; *w: without what a debug allocator puts around it. */
static enum heap_kind
identify(const struct gathered *g, uintptr_t block, size_t size,
	 struct wrapped *w)
{
	if (g->lacks_blocks && pymalloc_unwrap(block, size, w))
		return w->is_object ? HEAP_OBJECT : HEAP_MEMORY;
	w->start = block;
	w->size = size;
	return is_big_object(g, block, size) ? HEAP_OBJECT : HEAP_FOREIGN;
}

static void
add_chunk(uintptr_t block, size_t size, void *ctx)
{
	struct gathered *g = ctx;
	enum heap_kind kind;
	struct wrapped w;

	/* One that holds Python's blocks is theirs: those are known by now. */
	if (heap_has_start(&g->heap, block, block + size))
		return;
	kind = identify(g, block, size, &w);
	heap_add(&g->heap, w.start, w.size, kind);
}

/*
 * A block found anywhere in memory needs proof: Python reported it, or
 * malloc(3) was seen to return it, or it looks like one of Python's.
 */
static bool
is_proven(const struct gathered *g, uintptr_t block, size_t size)
{
	struct source_block b;
	struct wrapped w;

	return heap_has_start(&g->heap, block, block + 1) ||
	       (g->source->find_chunk && g->source->find_chunk(block, &b)) ||
	       identify(g, block, size, &w) != HEAP_FOREIGN;
}

static bool
take_mapped(uintptr_t block, size_t size, bool is_expected, void *ctx)
{
	if (!is_expected && !is_proven(ctx, block, size))
		return false;
	add_chunk(block, size, ctx);
	return true;
}

static uintptr_t
find_state(const struct gathered *g, const struct chunks_heap *h)
{
	const unsigned wanted = MAP_IS_READABLE | MAP_IS_WRITABLE | MAP_IS_FILE;
	uintptr_t at = 0;
	size_t i;

	for (i = 0; i < g->maps.n && !at; i++) {
		const struct map *map = &g->maps.all[i];

		if ((map->flags & (wanted | MAP_IS_SHARED)) == wanted)
			at = chunks_find_state(map->start, map->end, h);
	}
	return at;
}

static void
add_c_heap(struct gathered *g)
{
	uintptr_t start = 0, end = 0;
	struct chunks_heap h;
	size_t i;

	/* The kernel may show one heap as several mappings. */
	for (i = 0; i < g->maps.n; i++) {
		const struct map *map = &g->maps.all[i];

		if (!(map->flags & MAP_IS_HEAP))
			continue;
		start = start ? start : map->start;
		if (end && end != map->start)
			return;
		end = map->end;
	}
	if (!start || !maps_can_read(&g->maps, start, end - start) ||
	    !chunks_find_heap(start, end, &h))
		return;
	h.top_at = find_state(g, &h);
	chunks_walk(&h, add_chunk, g);
	ranges_add(&g->not_roots, start, end);
	if (h.top_at)
		ranges_add(&g->not_roots, h.top_at - CHUNKS_BEFORE_TOP,
			   h.top_at + CHUNKS_FROM_TOP);
}

/* Anonymous memory that may be malloc's. */
static bool
is_plain(const struct map *map)
{
	const unsigned wanted = MAP_IS_READABLE | MAP_IS_WRITABLE;
	const unsigned unwanted = MAP_IS_FILE | MAP_IS_SHARED | MAP_IS_HEAP |
				  MAP_IS_STACK | MAP_IS_SPECIAL | MAP_IS_DEVICE;

	return (map->flags & (wanted | unwanted)) == wanted;
}

struct heap_search {
	struct gathered *g;
	uintptr_t end; /* of the mapping */
};

static void
add_thread_heaps_in(uintptr_t from, uintptr_t to, bool is_sure, void *ctx)
{
	const uintptr_t step = THREAD_HEAP_ALIGNMENT;
	uintptr_t at = (from + step - 1) & ~(step - 1);
	const struct heap_search *search = ctx;

	(void)is_sure; /* guards have been cut out */
	for (; at < to; at += step) {
		struct chunks_heap h;
		uintptr_t rest;

		if (!threadheaps_find(at, search->end, &h, &rest))
			continue;
		chunks_walk(&h, add_chunk, search->g);
		ranges_add(&search->g->not_roots, at, rest);
	}
}

/* Kernels join neighbours: a heap may begin anywhere in a mapping. */
static void
add_thread_heaps(struct gathered *g, int pagemap, const struct map *map)
{
	struct heap_search search = {g, map->end};

	pages_walk(pagemap, map, add_thread_heaps_in, &search);
}

/* Where the mappings end that follow the i-th without a gap. */
static uintptr_t
plain_end(const struct maps *maps, size_t i)
{
	while (i + 1 < maps->n && maps->all[i + 1].start == maps->all[i].end &&
	       is_plain(&maps->all[i + 1]))
		i++;
	return maps->all[i].end;
}

static void
add_other_chunks(struct gathered *g)
{
	int pagemap = pages_open();
	uintptr_t done = 0, limit = 0;
	size_t i;

	for (i = 0; i < g->maps.n; i++) {
		const struct map *map = &g->maps.all[i];

		if (!is_plain(map))
			continue;
		if (map->end > limit)
			limit = plain_end(&g->maps, i);
		done = mappedchunks_walk(pagemap, map, done, limit, take_mapped,
					 g);
		add_thread_heaps(g, pagemap, map);
	}
	pages_close(pagemap);
}

/* ---- the rest ---- */

static bool
read_maps(struct gathered *g)
{
	if (!maps_read(&g->maps, 0))
		return false;
	/* The mappings of the program itself stay as they are. */
	if (!g->source->parent || !reserved_cut(&g->maps))
		return true;
	maps_fini(&g->maps);
	return maps_read(&g->maps, 0);
}

bool
gather(struct gathered *g, const struct source *s, const struct mirror *m,
       const char **why)
{
	memset(g, 0, sizeof *g);
	g->source = s;
	g->tracked = m;
	g->lacks_blocks = !s->walk_blocks || s->since_attach;
	*why = "no memory for the reachability analysis (RLIMIT_AS or the "
	       "container's limit): raise it";
	if (!heap_init(&g->heap, s->granule_shift))
		return false;
	if (s->walk_blocks)
		s->walk_blocks(add_block, g);
	if (!read_maps(g)) {
		*why = "/proc/self/smaps cannot be read: mount /proc, "
		       "that of this PID namespace";
		return false;
	}
	if (!guards_cut_out(&g->maps))
		return false;
	add_pools(g, m);
	g->uses_pools = has_most_objects(g, m);
	add_c_heap(g);
	add_other_chunks(g);
	if (g->heap.failed || g->not_roots.failed || g->pools.failed)
		return false;
	/* All of it is there now, and sorted. */
	g->knows_allocator = !m->n || has_most_objects(g, m);
	return true;
}

void
gather_fini(struct gathered *g)
{
	maps_fini(&g->maps);
	heap_fini(&g->heap);
	ranges_fini(&g->not_roots);
	ranges_fini(&g->pools);
}
