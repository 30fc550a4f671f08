#include "config.h"

#include "analysis/reach/views.h"

#include "analysis/reach/blocks.h"
#include "python/holds.h"
#include "python/objects.h"

static void
find_held(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	struct views *v = ctx;
	const uintptr_t *p;

	for (p = from; p < to && v->n_held < VIEWS_HELD; p++) {
		void *o;
		uintptr_t node = reach_node_of(v->r, *p, &o);

		if (node && o && !holds_in_words(object_type(o)))
			v->held[v->n_held++] = node;
	}
}

static void
find_theirs(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	struct views *v = ctx;
	const uintptr_t *p;

	/* A large container may be held by many: not all of it for each. */
	for (p = from; p < to && v->n_words; p++, v->n_words--) {
		uintptr_t node = heap_find(&v->r->g.heap, *p);

		if (node)
			worklist_add(&v->theirs, node);
	}
}

void
views_find(struct views *v, const struct reach *r, uintptr_t node)
{
	size_t i;

	v->r = r;
	v->n_held = 0;
	v->n_words = VIEWS_WORDS;
	worklist_begin(&v->theirs);
	reach_words(r, node, find_held, v);
	for (i = 0; i < v->n_held; i++)
		if (v->held[i] != node)
			reach_words(r, v->held[i], find_theirs, v);
}

bool
views_has(const struct views *v, uintptr_t piece)
{
	return worklist_has(&v->theirs, piece);
}
