#include "config.h"

#include "analysis/reach/lost.h"

#include <string.h>

#include "analysis/base/bigarray.h"
#include "analysis/reach/blocks.h"
#include "analysis/reach/hidden.h"
#include "analysis/reach/referents.h"
#include "python/objects.h"

struct collected {
	const struct reach *r;
	uintptr_t *objects;
	size_t n; /* with objects NULL: merely counted */
};

static int
collect(uintptr_t node, void *ctx)
{
	struct collected *c = ctx;
	void *o;

	o = reach_object(c->r, node);
	if (!o)
		return 0;
	if (c->objects)
		c->objects[c->n] = (uintptr_t)o;
	c->n++;
	return 0;
}

/* What belongs to a lost object is not reported as lost memory. */
static int
claim_buffer(uintptr_t node, void *ctx)
{
	const struct reach *r = ctx;
	struct span used;
	uintptr_t buffer;
	void *o;

	o = reach_object(r, node);
	buffer = o ? reach_buffer(r, o, &used) : 0;
	if (buffer)
		heap_mark(&r->g.heap, buffer);
	return 0;
}

static bool
collect_objects(struct lost *l, const struct mirror *tracked)
{
	struct collected c = {.r = l->reach};
	bool ok;
	size_t i;

	heap_walk_unmarked(&l->reach->g.heap, claim_buffer, (void *)l->reach);
	heap_walk_unmarked(&l->reach->g.heap, collect, &c);
	l->n = c.n;
	c.objects = bigarray_map(l->n, sizeof *c.objects);
	l->ids = bigarray_map(l->n, sizeof *l->ids);
	if (!c.objects || !l->ids)
		return false;
	c.n = 0;
	heap_walk_unmarked(&l->reach->g.heap, collect, &c);
	for (i = 0; i < l->n; i++)
		l->ids[i] = (node_id)i;
	ok = mirror_of(&l->m, c.objects, l->n, tracked);
	bigarray_unmap(c.objects, l->n, sizeof *c.objects);
	return ok;
}

/* ---- how many references exist ---- */

static void
count_words(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	struct lost *l = ctx;
	const uintptr_t *p;

	for (p = from; p < to; p++) {
		node_id id = mirror_find(&l->m, *p & ~(uintptr_t)7);

		if (id != NODE_NONE)
			l->found[id]++;
	}
}

/* In lost objects, and in the memory that they lead to; each word once. */
static int
count_references(uintptr_t node, void *ctx)
{
	struct lost *l = ctx;
	const struct heap *h = &l->reach->g.heap;
	void *o = reach_object(l->reach, node);

	if (o ? !referents_has_none(o) : heap_is(h, node, HEAP_LED_TO))
		reach_words(l->reach, node, count_words, l);
	return 0;
}

static int
visit_decref(void *o, void *ctx)
{
	struct lost *l = ctx;
	node_id id = mirror_find(&l->m, (uintptr_t)o);

	if (id != NODE_NONE)
		l->gc_refs[id]--;
	return 0;
}

/* subtract_refs() among the lost: what remains was not visited. */
static void
subtract_refs(struct lost *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		l->gc_refs[i] = l->m.nodes[i].refs;
	for (i = 0; i < l->n; i++)
		if (l->m.nodes[i].generation != GENERATION_NONE)
			object_traverse(mirror_object(&l->m, (node_id)i),
					visit_decref, l);
}

/* ---- verdicts ---- */

bool
lost_has_surplus(const void *lost, uint32_t i)
{
	const struct lost *l = lost;

	return object_refcount(graph_object(&l->g, i)) > (int64_t)l->found[i];
}

/* Is a member of the island's head component counted too often? */
static bool
head_has_surplus(const struct lost *l, uint32_t island)
{
	uint32_t e;

	for (e = l->g.island_first[island]; e < l->g.island_first[island + 1];
	     e++) {
		uint32_t i = l->g.members[e];

		if (l->g.component[i] == l->g.head_component[island] &&
		    lost_has_surplus(l, i))
			return true;
	}
	return false;
}

static enum lost_verdict
judge_island(const struct lost *l, uint32_t island)
{
	uint32_t from, to;
	enum lost_verdict v;

	if (head_has_surplus(l, island) ||
	    !hidden_guilty(l, island, &from, &to, &v))
		return LOST_REFERENCE;
	return v;
}

bool
lost_guilty(const struct lost *l, uint32_t island, uint32_t *from, uint32_t *to)
{
	enum lost_verdict v;

	return hidden_guilty(l, island, from, to, &v);
}

bool
lost_find(struct lost *l, const struct reach *r, const struct mirror *tracked,
	  const char **why)
{
	uint32_t k;

	memset(l, 0, sizeof *l);
	l->reach = r;
	*why = "no memory for what was lost (RLIMIT_AS or the container's "
	       "limit): raise it";
	if (!collect_objects(l, tracked))
		return false;
	l->found = bigarray_map(l->n, sizeof *l->found);
	l->gc_refs = bigarray_map(l->n, sizeof *l->gc_refs);
	if (!l->found || !l->gc_refs || !referents_begin() ||
	    !graph_init(&l->g, &l->m, l->ids, l->n, referents_visit, l))
		return false;
	l->verdict_of = bigarray_map(l->g.n_islands, sizeof *l->verdict_of);
	if (!l->verdict_of)
		return false;
	if (l->gave_up) {
		*why = "what was lost could not be sorted out in time: "
		       "timeout=SECONDS gives it longer";
		return false;
	}
	heap_walk_unmarked(&r->g.heap, count_references, l);
	subtract_refs(l);
	for (k = 0; k < l->g.n_islands; k++)
		l->verdict_of[k] = judge_island(l, k);
	return true;
}

void
lost_fini(struct lost *l)
{
	referents_end();
	bigarray_unmap(l->verdict_of, l->g.n_islands, sizeof *l->verdict_of);
	graph_fini(&l->g);
	bigarray_unmap(l->found, l->n, sizeof *l->found);
	bigarray_unmap(l->gc_refs, l->n, sizeof *l->gc_refs);
	bigarray_unmap(l->ids, l->n, sizeof *l->ids);
	mirror_fini(&l->m);
}
