#include "config.h"

#include "analysis/check/unfreed.h"

#include <string.h>

#include "analysis/base/bigarray.h"
#include "analysis/islands/describe.h"
#include "analysis/reach/blocks.h"
#include "analysis/reach/preattach.h"
#include "common/hash.h"
#include "python/objects.h"
#include "python/sizes.h"

/* Dead objects of one type, allocated at one place. */
struct dead_group {
	struct {
		uintptr_t type;
		uint64_t stack;
	} key;
	void *example;
	struct source_block allocated;
	int64_t count, bytes;
	UT_hash_handle hh;
};

enum { FIRST_ROOM = 1024 };

struct search {
	struct check *c;
	struct dead_group *groups;
	/* Dead, and held: nodes that are still to be followed. */
	uintptr_t *held;
	size_t n_held, held_room;
	bool failed;
};

/* 3.14+: where a link of a free list stands, half of the word is the count. */
static bool
has_no_reference(const void *o)
{
	uintptr_t word = object_word(o, 0);

	return layout->has_short_refcount ? !(uint32_t)word : !word;
}

/* Is the object dead for a good reason?  See unfreed.h. */
static void *
find_unfreed(const struct reach *r, uintptr_t node)
{
	void *o = reach_dead_object(r, node);
	const void *type = o ? object_type(o) : NULL;

	if (!o || !has_no_reference(o))
		return NULL;
	if (!(type_flags(type) & FLAG_HEAPTYPE) &&
	    preattach_is_interpreters(&r->g.maps, (uintptr_t)type))
		return NULL;
	return o;
}

static int
find_any(uintptr_t node, void *ctx)
{
	const struct reach *r = ctx;

	return find_unfreed(r, node) != NULL;
}

/* ---- free lists of extensions ---- */

static void
hold(struct search *s, uintptr_t node)
{
	uintptr_t *held = bigarray_grow(s->held, s->n_held, &s->held_room,
					FIRST_ROOM, sizeof *held);

	if (!held) {
		s->failed = true;
		return;
	}
	s->held = held;
	s->held[s->n_held++] = node;
}

/* The next one of its list. */
static void
hold_next(struct search *s, uintptr_t node)
{
	const struct heap *h = &s->c->world.reach.g.heap;
	const uintptr_t *p = (const uintptr_t *)node;
	const uintptr_t *end = (const uintptr_t *)heap_end(h, node);

	for (; p < end; p++) {
		uintptr_t next = heap_find(h, *p & ~(uintptr_t)7);

		if (!next || heap_is_marked(h, next) ||
		    !find_unfreed(&s->c->world.reach, next))
			continue;
		heap_mark(h, next);
		hold(s, next);
	}
}

static int
follow_held(uintptr_t node, void *ctx)
{
	struct search *s = ctx;

	if (!heap_is_marked(&s->c->world.reach.g.heap, node) ||
	    !find_unfreed(&s->c->world.reach, node))
		return s->failed;
	hold(s, node);
	while (s->n_held && !s->failed)
		hold_next(s, s->held[--s->n_held]);
	return s->failed;
}

/* ---- the trashcan ---- */

/* Both ends of a link of the trashcan wait for being freed. */
static int
mark_put_off(uintptr_t node, void *ctx)
{
	const struct reach *r = &((struct search *)ctx)->c->world.reach;
	void *o = find_unfreed(r, node);
	uintptr_t link, other;

	if (!o || !object_is_gc(o))
		return 0;
	/* The second word of the header, without the flags in it. */
	link = object_word((void *)head_of_object(o), 8) & ~(uintptr_t)7;
	other = link ? heap_find(&r->g.heap, link) : 0;
	if (!other || reach_dead_object(r, other) != (void *)link)
		return 0;
	heap_mark(&r->g.heap, node);
	heap_mark(&r->g.heap, other);
	return 0;
}

/* ---- groups ---- */

static struct dead_group *
intern_group(struct search *s, const void *type, const struct source_block *b)
{
	struct dead_group *g, like;

	memset(&like, 0, sizeof like);
	like.key.type = (uintptr_t)type;
	like.key.stack = b->stack;
	HASH_FIND(hh, s->groups, &like.key, sizeof like.key, g);
	if (g)
		return g;
	g = hash_pool_grab(sizeof *g);
	if (!g)
		return NULL;
	*g = like;
	g->allocated = *b;
	HASH_ADD(hh, s->groups, key, sizeof g->key, g);
	if (!hash_was_full(&g->hh))
		return g;
	hash_pool_drop(g, sizeof *g);
	return NULL;
}

static int64_t
bytes_of(const void *o)
{
	const void *type = object_type(o);
	int64_t own = object_own_bytes(o);

	/* A length that is no longer valid. */
	if (own < 0)
		own = (int64_t)object_word(type, TP_BASICSIZE);
	return own + (int64_t)((uintptr_t)o - object_block(o));
}

static int
collect(uintptr_t node, void *ctx)
{
	struct search *s = ctx;
	struct check *c = s->c;
	void *o = find_unfreed(&c->world.reach, node);
	struct source_block b;
	struct dead_group *g;

	if (!o)
		return 0;
	b = source_allocated(c->world.source, o);
	if (b.is_old)
		return 0;
	if (b.is_unknown || source_was_left(c->world.source, &b)) {
		omissions_count(&c->omissions,
				b.is_unknown ? OMISSION_AGELESS : OMISSION_LEFT,
				1);
		return 0;
	}
	g = intern_group(s, object_type(o), &b);
	if (!g) {
		s->failed = true;
		return 1;
	}
	g->example = o;
	g->count++;
	g->bytes += bytes_of(o);
	return 0;
}

static bool
describe(struct check *c, const struct dead_group *g, struct finding *f)
{
	struct class *k = classes_intern(&c->world.classes, g->example);
	struct report_type *type = arena_grab(&c->world.arena, sizeof *type);

	if (!k || !type ||
	    !describe_site(&c->world.arena, c->world.source, &g->allocated, f))
		return false;
	*type = (struct report_type){.name = k->name,
				     .count = g->count,
				     .bytes = g->bytes,
				     .module_file = k->module_file};
	f->types = type;
	f->n_types = 1;
	f->count = f->objects = g->count;
	f->bytes = g->bytes;
	f->kind = FINDING_LOST_REFERENCE;
	f->reason = REASON_UNREFERENCED;
	f->state = g->allocated.is_startup ? STATE_STARTUP : STATE_NEW;
	f->refcount = f->references_found = f->references_lost = 0;
	return true;
}

/* In the midst of its deallocation, by a thread that could not be read. */
static bool
may_be_in_registers(const struct check *c, const struct dead_group *g)
{
	return !g->allocated.is_startup &&
	       g->count <= (int64_t)c->world.source->n_unread * REACH_REGISTERS;
}

bool
unfreed_walk(struct check *c, void (*each)(struct check *c, struct finding *f))
{
	struct search s = {.c = c};
	struct dead_group *g, *next;

	/* Usually there is none. */
	if (!heap_walk_unmarked(&c->world.reach.g.heap, find_any,
				&c->world.reach))
		return true;
	heap_walk(&c->world.reach.g.heap, follow_held, &s);
	heap_walk_unmarked(&c->world.reach.g.heap, mark_put_off, &s);
	heap_walk_unmarked(&c->world.reach.g.heap, collect, &s);
	HASH_ITER(hh, s.groups, g, next)
	{
		struct finding f;

		if (may_be_in_registers(c, g))
			omissions_count(&c->omissions, OMISSION_REGISTERS,
					g->count);
		else if (!s.failed && describe(c, g, &f))
			each(c, &f);
		else
			s.failed = true;
		HASH_DEL(s.groups, g);
		hash_pool_drop(g, sizeof *g);
	}
	bigarray_unmap(s.held, s.held_room, sizeof *s.held);
	return !s.failed;
}
