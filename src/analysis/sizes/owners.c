#include "config.h"

#include "analysis/sizes/owners.h"

#include "analysis/base/bigarray.h"
#include "analysis/reach/blocks.h"
#include "analysis/reach/views.h"
#include "analysis/reach/worklist.h"
#include "analysis/sizes/measure.h"
#include "common/ownmap.h"
#include "python/holds.h"
#include "python/objects.h"

enum {
	TICKS = 0xfff,
	FIRST_SHARED = 1024,
};

struct owners {
	const struct reach *r;
	struct worklist worklist; /* memory of the present object */
	struct views views;
	size_t n_direct; /* the first ones in the worklist: o points to them */
	struct measure_list shared; /* to be looked into */
	uint32_t ticks;
	bool failed;
};

/* ---- more than one leads there, and to all that hangs on it ---- */

static void
share(struct owners *w, uintptr_t node)
{
	const struct heap *h = &w->r->g.heap;
	uintptr_t *all;

	if (heap_is(h, node, HEAP_SHARED))
		return;
	heap_note(h, node, HEAP_SHARED);
	if (!heap_is(h, node, HEAP_LEADS))
		return;
	all = bigarray_grow(w->shared.all, w->shared.n, &w->shared.room,
			    FIRST_SHARED, sizeof *all);
	w->failed |= !all;
	if (!all)
		return;
	w->shared.all = all;
	w->shared.all[w->shared.n++] = node;
}

/* The memory, not the objects, that the words lead to. */
static void
each_memory(struct owners *w, const uintptr_t *from, const uintptr_t *to,
	    void (*take)(struct owners *w, uintptr_t node))
{
	const uintptr_t *p;

	for (p = from; p < to; p++) {
		void *o;
		uintptr_t node = reach_node_of(w->r, *p, &o);

		if (node && !o)
			take(w, node);
	}
}

static void
share_words(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	each_memory(ctx, from, to, share);
}

static void
share_all(struct owners *w)
{
	while (w->shared.n)
		reach_words(w->r, w->shared.all[--w->shared.n], share_words, w);
}

/* ---- the memory of one object ---- */

static void
see(struct owners *w, uintptr_t node)
{
	worklist_add(&w->worklist, node);
}

static void
see_words(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	each_memory(ctx, from, to, see);
}

/* Into w->worklist what o itself points to; false: nothing. */
static bool
see_object(struct owners *w, uintptr_t node)
{
	worklist_begin(&w->worklist);
	reach_words(w->r, node, see_words, w);
	w->n_direct = w->worklist.n;
	if (w->n_direct)
		views_find(&w->views, w->r, node);
	return w->n_direct;
}

/* The next piece of it that is not another's; 0 at the end. */
static uintptr_t
next_piece(struct owners *w)
{
	uintptr_t node;

	while ((node = worklist_next(&w->worklist)))
		if (!views_has(&w->views, node))
			break;
	return node;
}

/* Of the piece that came last. */
static bool
is_direct(const struct owners *w)
{
	return w->worklist.at <= w->n_direct;
}

static void
look_into(struct owners *w, uintptr_t node)
{
	if (heap_is(&w->r->g.heap, node, HEAP_LEADS))
		reach_words(w->r, node, see_words, w);
}

/*
 * First, all objects claim what they lead to: what two of them claim belongs to
 * neither.
 */
static void
claim(struct owners *w, uintptr_t node)
{
	const struct heap *h = &w->r->g.heap;
	uintptr_t piece;

	if (!see_object(w, node))
		return;
	heap_note(h, node, HEAP_OWNER);
	while ((piece = next_piece(w))) {
		if (is_direct(w))
			heap_note(h, piece,
				  heap_is(h, piece, HEAP_DIRECT) ?
					  HEAP_CONTESTED :
					  HEAP_DIRECT);
		if (heap_is(h, piece, HEAP_COUNTED)) {
			share(w, piece);
			continue;
		}
		heap_note(h, piece, HEAP_COUNTED);
		look_into(w, piece);
	}
	w->failed |= w->worklist.is_cut;
	share_all(w);
}

/* Nothing but attributes: what most objects are. */
static bool
has_fields(const void *type)
{
	uintptr_t n = object_word(type, TP_BASICSIZE);

	if ((intptr_t)object_word(type, TP_DICTOFFSET) > 0)
		n -= sizeof(uintptr_t);
	if ((intptr_t)object_word(type, TP_WEAKLISTOFFSET) > 0)
		n -= sizeof(uintptr_t);
	return n > 2 * sizeof(uintptr_t);
}

static int
visit(uintptr_t node, void *ctx)
{
	struct owners *w = ctx;
	const struct heap *h = &w->r->g.heap;
	void *o;

	if (!(++w->ticks & TICKS) && w->r->s->is_late())
		w->failed = true;
	if (!heap_is_marked(h, node) || heap_is(h, node, HEAP_PASSING))
		return w->failed;
	o = reach_object(w->r, node);
	if (o && !holds_in_words(object_type(o)) &&
	    has_fields(object_type(o))) {
		claim(w, node);
	} else if (!o && heap_is(h, node, HEAP_ROOTED)) {
		share(w, node);
		share_all(w);
	}
	return w->failed;
}

struct owners *
owners_find(const struct reach *r)
{
	struct owners *w = ownmap(sizeof *w);

	if (!w)
		return NULL;
	w->r = r;
	heap_walk(&r->g.heap, visit, w);
	if (!w->failed)
		return w;
	owners_free(w);
	return NULL;
}

int64_t
owners_bytes(struct owners *w, uintptr_t node, void *o)
{
	const struct heap *h = &w->r->g.heap;
	size_t owned = 0, n = 0;
	struct span used;
	uintptr_t piece;

	if (holds_in_words(object_type(o)))
		return measure_add(w->r, o, 0, 0);
	if (!heap_is(h, node, HEAP_OWNER) || !see_object(w, node)) {
		/* The values of its attributes, if it has them elsewhere. */
		piece = reach_buffer(w->r, o, &used);
		return measure_add(w->r, o,
				   piece ? heap_end(h, piece) - piece : 0,
				   piece != 0);
	}
	while ((piece = next_piece(w))) {
		if (heap_is(h, piece,
			    is_direct(w) ? HEAP_CONTESTED : HEAP_SHARED))
			continue;
		owned += heap_end(h, piece) - piece;
		n++;
		look_into(w, piece);
	}
	return measure_add(w->r, o, owned, n);
}

void
owners_free(struct owners *w)
{
	bigarray_unmap(w->shared.all, w->shared.room, sizeof *w->shared.all);
	worklist_fini(&w->worklist);
	worklist_fini(&w->views.theirs);
	ownunmap(w, sizeof *w);
}
