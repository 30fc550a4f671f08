#include "config.h"

#include "analysis/memory.h"

#include <string.h>

struct search {
	const struct reach *r;
	struct memory_group *groups;
};

/* Neither an object nor reached, and Python's own kind of memory. */
static bool
is_lost_memory(const struct reach *r, uintptr_t node)
{
	return !heap_is_marked(&r->g.heap, node) &&
	       !heap_is_foreign(&r->g.heap, node) && !reach_object(r, node);
}

static void
lead_to_words(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	const struct reach *r = ctx;
	const uintptr_t *p;

	for (p = from; p < to; p++) {
		void *o;
		uintptr_t node = reach_node_of(r, *p, &o);

		if (node && !o && !heap_is_marked(&r->g.heap, node))
			heap_lead_to(&r->g.heap, node);
	}
}

static int
add_block(uintptr_t node, void *ctx)
{
	struct search *s = ctx;
	struct source_block block;
	struct memory_group *g;

	if (!is_lost_memory(s->r, node) ||
	    heap_is_led_to(&s->r->g.heap, node) || !s->r->s->find_block ||
	    !s->r->s->find_block(node, &block) || !block.stack ||
	    block.is_startup || block.is_old || block.may_be_object)
		return 0;
	HASH_FIND(hh, s->groups, &block.stack, sizeof block.stack, g);
	if (!g) {
		g = hash_pool_grab(sizeof *g);
		if (!g)
			return 0;
		*g = (struct memory_group){.stack = block.stack,
					   .allocated = block};
		HASH_ADD(hh, s->groups, stack, sizeof g->stack, g);
		if (hash_was_full(&g->hh)) {
			hash_pool_drop(g, sizeof *g);
			return 0;
		}
	}
	g->count++;
	g->bytes += (int64_t)(heap_end(&s->r->g.heap, node) - node);
	return 0;
}

/* Not lost, though no root: what CPython's free lists keep. */
static void
lead_to_free_lists(const struct reach *r)
{
	size_t i;

	for (i = 0; i < r->s->n_stale; i++) {
		/* The array may stand at odd halves of words. */
		const char *p = (const char *)r->s->stale[i].start;
		const char *end = (const char *)r->s->stale[i].end;

		for (; p < end; p += sizeof(uintptr_t)) {
			uintptr_t word;

			memcpy(&word, p, sizeof word);
			lead_to_words(&word, &word + 1, (void *)r);
		}
	}
}

struct memory_group *
memory_find(const struct lost *l)
{
	struct search s = {l->reach, NULL};

	lead_to_free_lists(s.r);
	heap_walk_unmarked(&l->reach->g.heap, add_block, &s);
	return s.groups;
}

void
memory_fini(struct memory_group *groups)
{
	struct memory_group *g, *next;

	HASH_ITER(hh, groups, g, next)
	{
		HASH_DEL(groups, g);
		hash_pool_drop(g, sizeof *g);
	}
}
