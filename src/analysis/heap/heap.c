#include "config.h"

#include "analysis/heap/heap.h"

#include <string.h>

#include "analysis/base/bigarray.h"
#include "common/ownmap.h"

#define REGION_BYTES ((uintptr_t)1 << HEAP_REGION_SHIFT)

enum {
	BITMAP_BYTES = HEAP_WORDS * 8, /* room for granules of 8 bytes */
	DIRECTORY = 1 << (HEAP_ADDRESS_BITS - HEAP_REGION_SHIFT),
};

bool
heap_init(struct heap *h, unsigned granule_shift)
{
	memset(h, 0, sizeof *h);
	h->shift = granule_shift;
	h->directory = ownmap_reserve(DIRECTORY * sizeof *h->directory);
	return h->directory;
}

static bool
make_room(struct heap *h)
{
	struct heap_region *more = bigarray_grow(h->regions, h->n_regions,
						 &h->n_room, 64, sizeof *more);

	if (more)
		h->regions = more;
	return more;
}

static struct heap_region *
intern(struct heap *h, uintptr_t address)
{
	struct heap_region *r = heap_region_of(h, address);
	char *bits;
	size_t i;

	if (r || address >> HEAP_ADDRESS_BITS)
		return r;
	bits = make_room(h) ? ownmap_reserve(HEAP_BITMAPS * BITMAP_BYTES) :
			      NULL;
	if (!bits) {
		h->failed = true;
		return NULL;
	}
	r = &h->regions[h->n_regions++];
	*r = (struct heap_region){.start = address & ~(REGION_BYTES - 1)};
	for (i = 0; i < HEAP_BITMAPS; i++)
		r->bits[i] = (uint64_t *)(void *)(bits + i * BITMAP_BYTES);
	h->directory[address >> HEAP_REGION_SHIFT] = h->n_regions;
	return r;
}

static void
set_edge(struct heap_region *r, size_t granule)
{
	heap_set(r->bits[HEAP_EDGES], granule);
	heap_set(r->edge_words, granule / 64);
}

void
heap_add(struct heap *h, uintptr_t start, size_t size, enum heap_kind kind)
{
	uintptr_t step = (uintptr_t)1 << h->shift, at;
	uintptr_t end = (start + (size ? size : 1) + step - 1) & ~(step - 1);
	struct heap_region *r = intern(h, start);

	if (!r)
		return;
	start &= ~(step - 1);
	set_edge(r, heap_granule(h, start));
	heap_set(r->bits[HEAP_STARTS], heap_granule(h, start));
	if (kind == HEAP_OBJECT || kind == HEAP_PERHAPS)
		heap_set(r->bits[HEAP_OBJECTS], heap_granule(h, start));
	if (kind == HEAP_PERHAPS)
		heap_set(r->bits[HEAP_UNPROVEN], heap_granule(h, start));
	if (kind == HEAP_FOREIGN)
		heap_set(r->bits[HEAP_FOREIGNERS], heap_granule(h, start));
	h->n_nodes++;
	for (at = (start | (REGION_BYTES - 1)) + 1; at < end;
	     at += REGION_BYTES) {
		r = intern(h, at);
		if (r)
			r->carried = start;
	}
	r = intern(h, end);
	if (r)
		set_edge(r, heap_granule(h, end));
}

bool
heap_first_look(struct heap *h, uintptr_t address)
{
	struct heap_region *r = intern(h, address);
	size_t page = (address & (REGION_BYTES - 1)) >> 12;

	if (!r || heap_bit(r->pages, page))
		return false;
	heap_set(r->pages, page);
	return true;
}

/* The first set bit in [from, to) of a bitmap, `to' if there is none. */
static size_t
next_bit(const uint64_t *bits, size_t from, size_t to)
{
	size_t word = from / 64;
	uint64_t w;

	if (from >= to)
		return to;
	w = bits[word] & ~(uint64_t)0 << from % 64;
	while (!w) {
		if (++word * 64 >= to)
			return to;
		w = bits[word];
	}
	from = word * 64 + (size_t)__builtin_ctzll(w);
	return from < to ? from : to;
}

static size_t
granules(const struct heap *h)
{
	return REGION_BYTES >> h->shift;
}

/* The address of the next such bit in [from, to). */
static uintptr_t
next_address(const struct heap *h, uintptr_t from, uintptr_t to,
	     enum heap_bits what)
{
	while (from < to) {
		const struct heap_region *r = heap_region_of(h, from);
		size_t n = granules(h), g;

		if (from >> HEAP_ADDRESS_BITS)
			return to;
		if (r) {
			g = next_bit(r->bits[what], heap_granule(h, from), n);
			if (g < n) {
				from = r->start + (g << h->shift);
				return from < to ? from : to;
			}
		}
		from = (from | (REGION_BYTES - 1)) + 1;
	}
	return to;
}

bool
heap_has_start(const struct heap *h, uintptr_t from, uintptr_t to)
{
	uintptr_t step = (uintptr_t)1 << h->shift;

	from = (from + step - 1) & ~(step - 1);
	return from < to && next_address(h, from, to, HEAP_STARTS) < to;
}

uintptr_t
heap_next_edge(const struct heap *h, uintptr_t from, uintptr_t to)
{
	uintptr_t step = (uintptr_t)1 << h->shift;

	from = (from + step - 1) & ~(step - 1);
	return from < to ? next_address(h, from, to, HEAP_EDGES) : to;
}

uintptr_t
heap_end(const struct heap *h, uintptr_t node)
{
	return next_address(h, node + ((uintptr_t)1 << h->shift),
			    (uintptr_t)1 << HEAP_ADDRESS_BITS, HEAP_EDGES);
}

/* The regions' numbers by address; NULL when memory is out. */
static uint32_t *
order_regions(const struct heap *h)
{
	uint32_t *order = bigarray_map(h->n_regions, sizeof *order);
	uint32_t i, j;

	for (i = 0; order && i < h->n_regions; i++) {
		for (j = i;
		     j && h->regions[order[j - 1]].start > h->regions[i].start;
		     j--)
			order[j] = order[j - 1];
		order[j] = i;
	}
	return order;
}

/* The starts of 64 granules, without those marked by now. */
static uint64_t
wanted_starts(const struct heap_region *r, size_t word, bool only_unmarked)
{
	return r->bits[HEAP_STARTS][word] &
	       ~(only_unmarked ? r->bits[HEAP_MARKS][word] : 0);
}

static int
walk_region(const struct heap *h, const struct heap_region *r,
	    bool only_unmarked, int (*each)(uintptr_t node, void *ctx),
	    void *ctx)
{
	size_t n = granules(h) / 64, word;
	int stop = 0;

	for (word = 0; word < n && !stop; word++) {
		uint64_t left = wanted_starts(r, word, only_unmarked);

		while (left && !stop) {
			size_t g = word * 64 + (size_t)__builtin_ctzll(left);
			/* Shifted twice: by 64 at once is not defined. */
			uint64_t behind = ~(uint64_t)0 << g % 64 << 1;

			stop = each(r->start + (g << h->shift), ctx);
			left = wanted_starts(r, word, only_unmarked) & behind;
		}
	}
	return stop;
}

static int
walk(const struct heap *h, bool only_unmarked,
     int (*each)(uintptr_t node, void *ctx), void *ctx)
{
	uint32_t *order = order_regions(h), i;
	int stop = 0;

	if (!order)
		return -1;
	for (i = 0; i < h->n_regions && !stop; i++)
		stop = walk_region(h, &h->regions[order[i]], only_unmarked,
				   each, ctx);
	bigarray_unmap(order, h->n_regions, sizeof *order);
	return stop;
}

int
heap_walk(const struct heap *h, int (*each)(uintptr_t node, void *ctx),
	  void *ctx)
{
	return walk(h, false, each, ctx);
}

int
heap_walk_unmarked(const struct heap *h, int (*each)(uintptr_t node, void *ctx),
		   void *ctx)
{
	return walk(h, true, each, ctx);
}

void
heap_fini(struct heap *h)
{
	uint32_t i;

	for (i = 0; i < h->n_regions; i++)
		ownunmap(h->regions[i].bits[0], HEAP_BITMAPS * BITMAP_BYTES);
	bigarray_unmap(h->regions, h->n_room, sizeof *h->regions);
	ownunmap(h->directory, DIRECTORY * sizeof *h->directory);
	memset(h, 0, sizeof *h);
}
