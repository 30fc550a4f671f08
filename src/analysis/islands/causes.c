#include "config.h"

#include "analysis/islands/causes.h"

#include <string.h>

#include "analysis/base/bigarray.h"
#include "analysis/islands/groups.h"
#include "common/options.h"
#include "report/fingerprint.h"

/*
 * In a large component of similar members (the nodes of a tree), this many are
 * tried, and this many edges of each of its members are examined.
 */
enum { MOST_TRIED = 64, EDGES_OF_EACH = 16, EDGES_AT_LEAST = 1 << 16 };

/* The hash of a stack's frames, which is the same in each run. */
struct causes_place {
	uint32_t stack; /* the key */
	uint64_t hash;
	UT_hash_handle hh;
};

bool
causes_init(struct causes *c, const struct graph *g, const struct source *s,
	    struct classes *classes)
{
	*c = (struct causes){.source = s, .classes = classes};
	c->lines =
		arena_array(classes->arena, (size_t)s->options->backtrace + 1,
			    sizeof *c->lines);
	c->paths = bigarray_map(2 * (size_t)RINGS_MOST, sizeof *c->paths);
	return rings_init(&c->rings, g, classes) && c->lines && c->paths;
}

static uint64_t
place_of(struct causes *c, uint32_t stack)
{
	const struct source *s = c->source;
	struct causes_place *p;
	size_t n;

	if (!stack)
		return 0;
	HASH_FIND(hh, c->places, &stack, sizeof stack, p);
	if (p)
		return p->hash;
	n = s->lines(stack, c->lines, (size_t)s->options->backtrace);
	p = hash_pool_grab(sizeof *p);
	if (!p)
		return 0;
	p->stack = stack;
	p->hash = fingerprint_place(c->lines, n, s->stdlib, s->cwd);
	HASH_ADD(hh, c->places, stack, sizeof p->stack, p);
	if (!hash_was_full(&p->hh))
		return p->hash;
	hash_pool_drop(p, sizeof *p);
	return 0;
}

/* ---- the head ---- */

static bool
is_in_head(const struct graph *g, uint32_t island, uint32_t i)
{
	return g->component[i] == g->head_component[island] &&
	       !(g->m->nodes[g->ids[i]].flags & NODE_FOLDED);
}

static bool
any_has_surplus(const struct causes *c, uint32_t island)
{
	const struct graph *g = c->rings.g;
	uint32_t e;

	if (!c->has_surplus)
		return false;
	for (e = g->island_first[island]; e < g->island_first[island + 1]; e++)
		if (is_in_head(g, island, g->members[e]) &&
		    c->has_surplus(c->lost, g->members[e]))
			return true;
	return false;
}

struct candidate {
	struct cause cause;
	uint64_t place;
};

/* False: it is none. */
static bool
look_at(struct causes *c, uint32_t island, uint32_t i, bool only_surplus,
	struct candidate *out)
{
	const struct graph *g = c->rings.g;
	void *o = graph_object(g, i);

	if (!is_in_head(g, island, i) ||
	    (only_surplus && !c->has_surplus(c->lost, i)))
		return false;
	*out = (struct candidate){.cause = {.head = i}};
	out->cause.class = classes_intern(c->classes, o);
	if (!out->cause.class)
		return false;
	out->cause.allocated = source_allocated(c->source, o);
	out->place = place_of(c, out->cause.allocated.stack);
	return true;
}

/* Below 0: x is more telling. */
static int
compare(const struct candidate *x, const struct candidate *y)
{
	const struct class *k = x->cause.class, *l = y->cause.class;
	int order;

	if (k->rank != l->rank)
		return l->rank - k->rank;
	order = k == l ? 0 : strcmp(k->name, l->name);
	if (order)
		return order;
	return x->place == y->place ? 0 : x->place < y->place ? -1 : 1;
}

static bool
find_best(struct causes *c, uint32_t island, bool only_surplus,
	  struct candidate *best)
{
	const struct graph *g = c->rings.g;
	struct candidate now;
	bool is_found = false;
	uint32_t e;

	for (e = g->island_first[island]; e < g->island_first[island + 1];
	     e++) {
		if (!look_at(c, island, g->members[e], only_surplus, &now))
			continue;
		if (!is_found || compare(&now, best) < 0)
			*best = now;
		is_found = true;
	}
	return is_found;
}

/* ---- the ring ---- */

static const char *
name_at(const struct causes *c, const struct cause *cause, size_t i)
{
	const struct class *k = classes_intern(
		c->classes, graph_object(c->rings.g, cause->ring[i]));

	return k ? k->name : "";
}

/* Is x's ring the shorter one, or the first by the names of its types? */
static bool
has_better_ring(const struct causes *c, const struct cause *x,
		const struct cause *y)
{
	size_t i;

	if (!x->n_ring || !y->n_ring || x->n_ring != y->n_ring)
		return x->n_ring && (!y->n_ring || x->n_ring < y->n_ring);
	for (i = 1; i < x->n_ring; i++) {
		int order = strcmp(name_at(c, x, i), name_at(c, y, i));

		if (order)
			return order < 0;
	}
	return false;
}

/* Of all members that are as telling as `best'. */
static void
find_ring(struct causes *c, uint32_t island, bool only_surplus,
	  struct candidate *best)
{
	const struct graph *g = c->rings.g;
	uint32_t from = g->island_first[island];
	uint32_t end = g->island_first[island + 1], e, tried = 0, half = 0;

	c->rings.budget = SIZE_MAX;
	best->cause.ring = c->paths;
	best->cause.n_ring = rings_find(&c->rings, best->cause.head, c->paths);
	c->rings.budget = (size_t)(end - from) * EDGES_OF_EACH + EDGES_AT_LEAST;
	for (e = from; e < end && tried < MOST_TRIED; e++) {
		struct candidate now;
		uint32_t *path = c->paths + (half ? 0 : RINGS_MOST);

		if (g->members[e] == best->cause.head ||
		    !look_at(c, island, g->members[e], only_surplus, &now) ||
		    compare(&now, best) != 0)
			continue;
		tried++;
		now.cause.ring = path;
		now.cause.n_ring = rings_find(&c->rings, now.cause.head, path);
		if (!has_better_ring(c, &now.cause, &best->cause))
			continue;
		*best = now;
		half = !half;
	}
}

bool
causes_find(struct causes *c, uint32_t island, struct cause *out)
{
	bool only_surplus = any_has_surplus(c, island);
	struct candidate best;

	if (find_best(c, island, only_surplus, &best)) {
		find_ring(c, island, only_surplus, &best);
	} else {
		/* There is nothing but a folded dict: take it anyway. */
		uint32_t i =
			c->rings.g->members[c->rings.g->island_first[island]];
		void *o = graph_object(c->rings.g, i);

		best.cause = (struct cause){
			.head = i,
			.class = classes_intern(c->classes, o),
			.allocated = source_allocated(c->source, o),
		};
	}
	*out = best.cause;
	return out->class;
}

void
causes_fini(struct causes *c)
{
	struct causes_place *p, *next;

	HASH_ITER(hh, c->places, p, next)
	{
		HASH_DEL(c->places, p);
		hash_pool_drop(p, sizeof *p);
	}
	bigarray_unmap(c->paths, 2 * (size_t)RINGS_MOST, sizeof *c->paths);
	rings_fini(&c->rings);
}
