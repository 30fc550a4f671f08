#include "config.h"

#include "analysis/sizes/measure.h"

#include "analysis/base/bigarray.h"
#include "analysis/reach/blocks.h"
#include "common/ownmap.h"
#include "python/buffersizes.h"
#include "python/holds.h"
#include "python/objects.h"
#include "python/sizes.h"

enum {
	FIRST_ROOM = 1024,
	BLOCK_SLACK = 32, /* a block may be so much larger than was asked for */
	PART_SLACK = 8,   /* or by that part: a mapping's last page */
};

static void
push(struct measure_list *l, uintptr_t node)
{
	uintptr_t *all =
		bigarray_grow(l->all, l->n, &l->room, FIRST_ROOM, sizeof *all);

	/* Out of memory: what hangs there is not counted. */
	if (!all)
		return;
	l->all = all;
	l->all[l->n++] = node;
}

int64_t
measure_add(const struct reach *r, void *o, size_t owned, size_t n)
{
	int64_t bytes = object_bytes(o), extra = object_bytes_extra(o);
	uintptr_t node = heap_find(&r->g.heap, (uintptr_t)o);
	int64_t most = node ? (int64_t)(heap_end(&r->g.heap, node) - node) : 0;

	/* A type that counts its items elsewhere: no more than the block is. */
	if (node && bytes - extra > most)
		bytes = most + extra;
	bytes += buffersizes_mapped(o);
	if ((int64_t)owned >
	    extra + extra / PART_SLACK + (int64_t)n * BLOCK_SLACK)
		bytes += (int64_t)owned - extra;
	return bytes;
}

/* ---- what hangs on one object ---- */

static bool
is_alone(const struct measure *w, uintptr_t node)
{
	const struct heap *h = &w->r->g.heap;

	if (heap_is(h, node, HEAP_COUNTED))
		return false;
	return !heap_is_marked(h, node) ||
	       (w->of_garbage && heap_is(h, node, HEAP_PASSING)) ||
	       (w->is_sure && !heap_is(h, node, HEAP_ROOTED));
}

static void
own(struct measure *w, uintptr_t node)
{
	const struct heap *h = &w->r->g.heap;

	heap_note(h, node, HEAP_COUNTED);
	w->owned += heap_end(h, node) - node;
	w->n_owned++;
}

/*
 * Does it count for itself?  Of what the collector holds alive, nothing does.
 */
static bool
is_member(const struct measure *w, const void *o)
{
	node_id id = mirror_find(w->m, (uintptr_t)o);

	return id != NODE_NONE && !(w->m->nodes[id].flags & NODE_REACHABLE);
}

/*
 * An object that the collector does not track.  is_reference: tp_traverse said
 * so; with a count of 1 there is no other then, whatever old words may say.
 */
static void
take_object(struct measure *w, uintptr_t node, void *o, bool is_reference)
{
	const struct heap *h = &w->r->g.heap;

	if (!w->of_garbage || heap_is(h, node, HEAP_COUNTED) ||
	    is_member(w, o) || object_is_immortal(o))
		return;
	if (!heap_is(h, node, HEAP_PASSING) &&
	    (!is_reference || object_refcount(o) != 1 ||
	     mirror_find(w->m, (uintptr_t)o) != NODE_NONE))
		return;
	heap_note(h, node, HEAP_COUNTED);
	push(&w->objects, node);
}

static void
take_words(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	struct measure *w = ctx;
	const uintptr_t *p;

	for (p = from; p < to; p++) {
		void *o;
		uintptr_t node = reach_node_of(w->r, *p, &o);

		if (!node)
			continue;
		if (o) {
			take_object(w, node, o, false);
		} else if (is_alone(w, node) && !(w->is_direct && w->views &&
						  views_has(w->views, node))) {
			own(w, node);
			push(&w->memory, node);
		}
	}
}

static int
take_referent(void *o, void *ctx)
{
	struct measure *w = ctx;
	uintptr_t node = heap_find(&w->r->g.heap, (uintptr_t)o);

	if (node && reach_object(w->r, node) == o)
		take_object(w, node, o, true);
	return 0;
}

static int64_t
measure_one(struct measure *w, uintptr_t node, void *o)
{
	struct span used;
	uintptr_t buffer;

	w->owned = w->n_owned = 0;
	buffer = reach_buffer(w->r, o, &used);
	if (buffer && !heap_is(&w->r->g.heap, buffer, HEAP_COUNTED))
		own(w, buffer);
	w->is_direct = !holds_in_words(object_type(o));
	if (w->is_direct) {
		w->views = w->views ? w->views : ownmap(sizeof *w->views);
		if (w->views)
			views_find(w->views, w->r, node);
	}
	if (!holds_nothing(object_type(o)))
		reach_words(w->r, node, take_words, w);
	w->is_direct = false;
	while (w->memory.n)
		reach_words(w->r, w->memory.all[--w->memory.n], take_words, w);
	return measure_add(w->r, o, w->owned, w->n_owned);
}

int64_t
measure_object(struct measure *w, void *o)
{
	uintptr_t node;
	int64_t n;

	node = w->r ? heap_find(&w->r->g.heap, (uintptr_t)o) : 0;
	if (!node || reach_object(w->r, node) != o)
		return object_bytes(o);
	w->is_sure = false;
	n = measure_one(w, node, o);
	if (w->of_garbage && object_is_gc(o))
		object_traverse(o, take_referent, w);
	while (w->objects.n) {
		node = w->objects.all[--w->objects.n];
		w->is_sure = !heap_is(&w->r->g.heap, node, HEAP_PASSING);
		o = reach_object(w->r, node);
		if (o)
			n += measure_one(w, node, o);
	}
	return n;
}

void
measure_fini(struct measure *w)
{
	bigarray_unmap(w->memory.all, w->memory.room, sizeof *w->memory.all);
	bigarray_unmap(w->objects.all, w->objects.room, sizeof *w->objects.all);
	if (w->views)
		worklist_fini(&w->views->theirs);
	if (w->views)
		ownunmap(w->views, sizeof *w->views);
	w->views = NULL;
	w->memory = w->objects = (struct measure_list){NULL, 0, 0};
}
