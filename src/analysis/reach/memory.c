#include "config.h"

#include "analysis/reach/memory.h"

#include <string.h>

#include "analysis/base/bigarray.h"
#include "analysis/base/sort.h"
#include "analysis/reach/blocks.h"
#include "common/options.h"
#include "report/fingerprint.h"

enum { FIRST_ROOM = 4096 };

struct list {
	uintptr_t *all;
	size_t n, room;
};

/* The place of an allocation, without what differs from run to run. */
struct site {
	uint32_t stack; /* the key */
	uint64_t hash;
	UT_hash_handle hh;
};

struct total {
	uint64_t site; /* the key */
	int64_t count;
	UT_hash_handle hh;
};

struct block {
	uint64_t site;
	uintptr_t node;
};

struct search {
	const struct reach *r;
	struct memory_group *groups;
	struct site *sites;
	struct block *blocks; /* all that is lost */
	size_t n_blocks, block_room;
	struct list
		heads; /* nothing lost leads to them; some turn out led to */
	struct list todo;
	uintptr_t head;              /* whose memory is being followed */
	struct memory_group *claims; /* for this group; NULL: merely followed */
	bool failed;
};

static void
push(struct search *s, struct list *l, uintptr_t node)
{
	uintptr_t *all =
		bigarray_grow(l->all, l->n, &l->room, FIRST_ROOM, sizeof *all);

	if (!all) {
		s->failed = true;
		return;
	}
	l->all = all;
	l->all[l->n++] = node;
}

/* Neither an object nor reached. */
static bool
is_lost_memory(const struct reach *r, uintptr_t node)
{
	return !heap_is_marked(&r->g.heap, node) && !reach_object(r, node);
}

/*
 * The allocation of the block.  A free chunk that malloc keeps in a cache looks
 * as if it were in use, but has none.
 */
static bool
find_allocation(const struct reach *r, uintptr_t node, struct source_block *b)
{
	bool is_known = heap_is(&r->g.heap, node, HEAP_FOREIGNERS) ?
				r->s->find_chunk && r->s->find_chunk(node, b) :
				r->s->find_block && r->s->find_block(node, b);

	return is_known && b->stack && !b->is_startup && !b->is_old &&
	       !b->may_be_object;
}

bool
memory_is_allocated(const struct reach *r, uintptr_t node)
{
	struct source_block block;

	return find_allocation(r, node, &block);
}

/* ---- what leads to what ---- */

static void
lead_to(struct search *s, uintptr_t node)
{
	const struct heap *h = &s->r->g.heap;
	struct source_block block;

	if (node == s->head || heap_is(h, node, HEAP_LED_TO) ||
	    !is_lost_memory(s->r, node))
		return;
	heap_note(h, node, HEAP_LED_TO);
	if (find_allocation(s->r, node, &block))
		push(s, &s->todo, node);
}

static void
lead_to_words(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	struct search *s = ctx;
	const uintptr_t *p;

	for (p = from; p < to; p++) {
		void *o;
		uintptr_t node = reach_node_of(s->r, *p, &o);

		if (node && !o)
			lead_to(s, node);
	}
}

/* Work off the list, and what that adds to it. */
static void
work_off(struct search *s,
	 void (*look)(const uintptr_t *from, const uintptr_t *to, void *ctx))
{
	while (s->todo.n && !s->failed)
		reach_words(s->r, s->todo.all[--s->todo.n], look, s);
}

static void
follow(struct search *s, uintptr_t head)
{
	s->head = head;
	push(s, &s->todo, head);
	work_off(s, lead_to_words);
}

/* Not lost, though no root: what CPython's free lists keep. */
static void
lead_to_free_lists(struct search *s)
{
	size_t i;

	for (i = 0; i < s->r->s->n_stale; i++) {
		/* The array may start at half a word. */
		const char *p = (const char *)s->r->s->stale[i].start;
		const char *end = (const char *)s->r->s->stale[i].end;

		for (; p < end; p += sizeof(uintptr_t)) {
			uintptr_t word;

			memcpy(&word, p, sizeof word);
			lead_to_words(&word, &word + 1, s);
		}
	}
}

/* ---- heads ---- */

enum { MOST_NATIVE = 16, MOST_LINES = 256 };

static uint64_t
hash_site(const struct source *s, uint32_t stack)
{
	static struct report_line lines[MOST_LINES];
	struct source_native natives[MOST_NATIVE];
	size_t n = s->natives ? s->natives(stack, natives, MOST_NATIVE) : 0, i;
	uint64_t h = fingerprint_place(
		lines, s->lines(stack, lines, (size_t)s->options->backtrace),
		s->stdlib, s->cwd);

	/* Addresses of code: the same order at least within a module. */
	for (i = 0; i < n && !natives[i].n_python; i++)
		h = (h ^ natives[i].ip % 4096) * 0xff51afd7ed558ccdULL;
	return h;
}

static uint64_t
site_of(struct search *s, uint32_t stack)
{
	struct site *site;

	HASH_FIND(hh, s->sites, &stack, sizeof stack, site);
	if (site)
		return site->hash;
	site = hash_pool_grab(sizeof *site);
	if (!site) {
		s->failed = true;
		return 0;
	}
	site->stack = stack;
	site->hash = hash_site(s->r->s, stack);
	HASH_ADD(hh, s->sites, stack, sizeof site->stack, site);
	if (!hash_was_full(&site->hh))
		return site->hash;
	s->failed = true;
	hash_pool_drop(site, sizeof *site);
	return 0;
}

static int
add_block(uintptr_t node, void *ctx)
{
	struct search *s = ctx;
	struct source_block block;
	struct block *all;

	if (!is_lost_memory(s->r, node) ||
	    heap_is(&s->r->g.heap, node, HEAP_LED_TO) ||
	    !find_allocation(s->r, node, &block))
		return s->failed;
	all = bigarray_grow(s->blocks, s->n_blocks, &s->block_room, FIRST_ROOM,
			    sizeof *all);
	if (!all) {
		s->failed = true;
		return 1;
	}
	s->blocks = all;
	s->blocks[s->n_blocks++] =
		(struct block){site_of(s, block.stack), node};
	return s->failed;
}

static int
compare_blocks(const void *a, const void *b)
{
	const struct block *x = a, *y = b;

	if (x->site != y->site)
		return x->site < y->site ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

/*
 * In a ring, the first member is the head.  Not the first by address: of two
 * sites, it would be sometimes the one and sometimes the other.
 */
static void
find_heads(struct search *s)
{
	const struct heap *h = &s->r->g.heap;
	size_t i;

	heap_walk_unmarked(h, add_block, s);
	sort_array(s->blocks, s->n_blocks, sizeof *s->blocks, compare_blocks);
	for (i = 0; i < s->n_blocks && !s->failed; i++) {
		uintptr_t node = s->blocks[i].node;

		if (heap_is(h, node, HEAP_LED_TO))
			continue;
		push(s, &s->heads, node);
		follow(s, node);
	}
}

/* ---- groups ---- */

static struct memory_group *
intern_group(struct search *s, const struct source_block *block)
{
	struct memory_group *g;

	HASH_FIND(hh, s->groups, &block->stack, sizeof block->stack, g);
	if (g)
		return g;
	g = hash_pool_grab(sizeof *g);
	if (!g)
		return NULL;
	*g = (struct memory_group){.stack = block->stack,
				   .site = site_of(s, block->stack),
				   .allocated = *block};
	HASH_ADD(hh, s->groups, stack, sizeof g->stack, g);
	if (!hash_was_full(&g->hh))
		return g;
	hash_pool_drop(g, sizeof *g);
	return NULL;
}

static void
count_block(const struct search *s, struct memory_group *g, uintptr_t node)
{
	g->blocks++;
	g->bytes += (int64_t)(heap_end(&s->r->g.heap, node) - node);
}

/*
 * A block that only heads lead to belongs to one of them, and is then marked.
 */
static void
claim_words(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	struct search *s = ctx;
	const struct heap *h = &s->r->g.heap;
	struct source_block block;
	const uintptr_t *p;

	for (p = from; p < to; p++) {
		void *o;
		uintptr_t node = reach_node_of(s->r, *p, &o);

		if (!node || o || heap_is(h, node, HEAP_OWNED) ||
		    !is_lost_memory(s->r, node) ||
		    !find_allocation(s->r, node, &block))
			continue;
		heap_note(h, node, HEAP_OWNED);
		count_block(s, s->claims, node);
		push(s, &s->todo, node);
	}
}

static void
group_head(struct search *s, uintptr_t head)
{
	struct source_block block;

	if (heap_is(&s->r->g.heap, head, HEAP_LED_TO) ||
	    !find_allocation(s->r, head, &block) ||
	    !(s->claims = intern_group(s, &block)))
		return;
	s->claims->count++;
	count_block(s, s->claims, head);
	heap_note(&s->r->g.heap, head, HEAP_OWNED);
	push(s, &s->todo, head);
	work_off(s, claim_words);
}

/*
 * Sites that differ only by the line are one finding, which may have enough
 * blocks.
 */
static void
add_totals(struct search *s)
{
	struct total *totals = NULL, *t, *next;
	struct memory_group *g;

	for (g = s->groups; g && !s->failed; g = g->hh.next) {
		HASH_FIND(hh, totals, &g->site, sizeof g->site, t);
		if (!t && (t = hash_pool_grab(sizeof *t))) {
			t->site = g->site;
			t->count = 0;
			HASH_ADD(hh, totals, site, sizeof t->site, t);
		}
		s->failed = !t || hash_was_full(&t->hh);
		if (!s->failed)
			t->count += g->count;
	}
	for (g = s->groups; g && !s->failed; g = g->hh.next) {
		HASH_FIND(hh, totals, &g->site, sizeof g->site, t);
		g->total = t ? t->count : g->count;
	}
	HASH_ITER(hh, totals, t, next)
	{
		HASH_DEL(totals, t);
		hash_pool_drop(t, sizeof *t);
	}
}

static void
forget_sites(struct search *s)
{
	struct site *site, *next;

	HASH_ITER(hh, s->sites, site, next)
	{
		HASH_DEL(s->sites, site);
		hash_pool_drop(site, sizeof *site);
	}
}

bool
memory_find(const struct lost *l, struct memory_group **groups)
{
	struct search s = {.r = l->reach};
	size_t i;

	lead_to_free_lists(&s);
	work_off(&s, lead_to_words);
	find_heads(&s);
	for (i = 0; i < s.heads.n && !s.failed; i++)
		group_head(&s, s.heads.all[i]);
	add_totals(&s);
	if (s.failed) {
		memory_fini(s.groups);
		s.groups = NULL;
	}
	forget_sites(&s);
	bigarray_unmap(s.blocks, s.block_room, sizeof *s.blocks);
	bigarray_unmap(s.heads.all, s.heads.room, sizeof *s.heads.all);
	bigarray_unmap(s.todo.all, s.todo.room, sizeof *s.todo.all);
	*groups = s.groups;
	return !s.failed;
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
