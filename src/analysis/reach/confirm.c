#include "config.h"

#include "analysis/reach/confirm.h"

#include <string.h>

#include "analysis/base/bigarray.h"
#include "analysis/reach/blocks.h"
#include "analysis/reach/mark.h"
#include "analysis/reach/memory.h"
#include "analysis/reach/roots.h"
#include "python/holds.h"

enum {
	FILTER_BITS = 1 << 20,
	MAX_ROUNDS = 8, /* what is found may hold more */
};

/* What may be lost: a filter in front of the heap map. */
struct filter {
	struct reach *r;
	uint64_t *bits;      /* of FILTER_BITS */
	uintptr_t low, high; /* all objects are in [low, high] */
	size_t n_lost, n_found;
	size_t n_memory; /* of n_lost: no objects */
};

static size_t
bit_of(uintptr_t address)
{
	return (address >> 3) * 0x9e3779b97f4a7c15ULL >> 44;
}

static int
add_candidate(uintptr_t node, void *ctx)
{
	struct filter *f = ctx;
	uintptr_t o;

	o = (uintptr_t)reach_object(f->r, node);
	if (!o && !memory_is_allocated(f->r, node))
		return 0;
	f->n_memory += !o;
	o = o ? o : node;
	f->bits[bit_of(o) / 64] |= (uint64_t)1 << bit_of(o) % 64;
	f->low = !f->n_lost || o < f->low ? o : f->low;
	f->high = o > f->high ? o : f->high;
	f->n_lost++;
	return 0;
}

static void
look_at(struct filter *f, uintptr_t word)
{
	uintptr_t node;
	void *o;

	word &= ~(uintptr_t)7;
	if (!(f->bits[bit_of(word) / 64] >> bit_of(word) % 64 & 1))
		return;
	node = reach_node_of(f->r, word, &o);
	if (!node || (o ? (uintptr_t)o : node) != word ||
	    heap_is_marked(&f->r->g.heap, node))
		return;
	f->n_found++;
	reach_mark_node(f->r, node);
}

/*
 * Each byte begins a word.  The mark has seen the aligned ones, and knew which
 * of them hold nothing: of these only those with a tag are examined.
 */
static void
look_at_bytes(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	const unsigned char *p = (const unsigned char *)from;
	const unsigned char *end = (const unsigned char *)to;
	struct filter *f = ctx;

	for (; p + sizeof(uintptr_t) <= end; p++) {
		uintptr_t word;

		memcpy(&word, p, sizeof word);
		if (!((uintptr_t)p & 7) && !(word >> 48))
			continue;
		word &= ((uintptr_t)1 << 48) - 1;
		/* Unsigned: below `low' is far above. */
		if (word - f->low <= f->high + 7 - f->low)
			look_at(f, word);
	}
}

/*
 * Below 4 GiB, where the heap of an executable at a fixed place lies, a pointer
 * fits half a word: GLib's hash tables keep keys and values so if all of them
 * do (ghash.c since 2.60).
 */
static void
look_at_halves(struct filter *f, uintptr_t from, uintptr_t to)
{
	const uint32_t *p = (const uint32_t *)from;
	const uint32_t *end = (const uint32_t *)to;

	if (f->low >> 32)
		return;
	for (; p < end; p++)
		if (*p >= f->low && *p <= f->high && !(*p & 7))
			look_at(f, *p);
}

static int
look_into_node(uintptr_t node, void *ctx)
{
	struct filter *f = ctx;
	uintptr_t end = heap_end(&f->r->g.heap, node);

	if (!heap_is_marked(&f->r->g.heap, node) ||
	    !reach_may_be_packed(f->r, node))
		return 0;
	look_at_bytes((uintptr_t *)node, (uintptr_t *)end, f);
	if (heap_is(&f->r->g.heap, node, HEAP_FOREIGNERS))
		look_at_halves(f, node, end);
	return reach_is_late(f->r);
}

static bool
run(struct filter *f)
{
	f->n_lost = f->n_found = f->n_memory = f->high = 0;
	memset(f->bits, 0, FILTER_BITS / 8);
	heap_walk_unmarked(&f->r->g.heap, add_candidate, f);
	/* A few blocks are not told: this is not worth the time. */
	if (!f->n_lost ||
	    (f->n_lost == f->n_memory && f->n_memory < MEMORY_FEWEST))
		return false;
	roots_visit(&f->r->g, ROOTS_STACKS, look_at_bytes, f);
	roots_visit(&f->r->g, ROOTS_OTHERS, look_at_bytes, f);
	heap_walk(&f->r->g.heap, look_into_node, f);
	return f->n_found > 0;
}

/* What was reachable a moment later is not lost; nor is what it holds. */
static int
ask_second(uintptr_t node, void *ctx)
{
	struct reach *r = ctx;

	switch (r->s->second_opinion(node)) {
	case SOURCE_HELD:
		reach_mark_node(r, node);
		return 0;
	case SOURCE_LOST:
		return 0;
	default:
		return 1;
	}
}

bool
confirm_lost(struct reach *r, const char **why)
{
	struct filter f = {.r = r};
	int round = 0;

	f.bits = bigarray_map(FILTER_BITS / 64, sizeof *f.bits);
	if (!f.bits) {
		*why = "no memory for the reachability analysis (RLIMIT_AS or "
		       "the container's limit): raise it";
		return false;
	}
	while (run(&f) && ++round < MAX_ROUNDS)
		;
	bigarray_unmap(f.bits, FILTER_BITS / 64, sizeof *f.bits);
	if (!r->s->second_opinion ||
	    !heap_walk_unmarked(&r->g.heap, ask_second, r))
		return true;
	*why = "other threads ran meanwhile, and a second look at what they "
	       "hold failed: check again";
	return false;
}
