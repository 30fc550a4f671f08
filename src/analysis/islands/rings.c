#include "config.h"

#include "analysis/islands/rings.h"

#include <string.h>

#include "analysis/base/bigarray.h"
#include "analysis/base/sort.h"

enum { FIRST_ROOM = 1024 };

/* A member at some distance from the start. */
struct rings_step {
	uint32_t node;
	uint32_t rank; /* of the types on the way here, among all such ways */
	const struct class *class;
};

bool
rings_init(struct rings *r, const struct graph *g, struct classes *classes)
{
	*r = (struct rings){.g = g, .classes = classes};
	r->seen = bigarray_map(g->n, sizeof *r->seen);
	r->from = bigarray_map(g->n, sizeof *r->from);
	return r->seen && r->from;
}

static bool
push(struct rings_layer *l, struct rings_step step)
{
	struct rings_step *all =
		bigarray_grow(l->all, l->n, &l->room, FIRST_ROOM, sizeof *all);

	if (!all)
		return false;
	l->all = all;
	l->all[l->n++] = step;
	return true;
}

static int
compare(const void *a, const void *b)
{
	const struct rings_step *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->class == y->class ? 0 :
				      strcmp(x->class->name, y->class->name);
}

/* From ranks of the ways to the members before to ranks of their own. */
static void
rank(struct rings_layer *l)
{
	uint32_t now = 0;
	size_t i;

	if (l->n > 1)
		sort_array(l->all, l->n, sizeof *l->all, compare);
	for (i = 0; i < l->n; i++) {
		bool is_next = i + 1 < l->n &&
			       compare(&l->all[i], &l->all[i + 1]) != 0;

		l->all[i].rank = now;
		now += is_next;
	}
}

/*
 * Into `next', all that the members of a layer lead to, in the order of their
 * ranks.  *last is the first that leads back to the start, if one does.  False:
 * memory or the budget is out.
 */
static bool
advance(struct rings *r, uint32_t start, const struct rings_layer *layer,
	struct rings_layer *next, uint32_t *last)
{
	const struct graph *g = r->g;
	size_t i;
	uint32_t e;

	for (i = 0; i < layer->n; i++) {
		const struct rings_step *s = &layer->all[i];

		for (e = g->first[s->node]; e < g->first[s->node + 1]; e++) {
			struct rings_step step = {g->to[e], s->rank, NULL};

			if (!r->budget)
				return false;
			r->budget--;
			if (step.node == start) {
				*last = s->node;
				return true;
			}
			if (r->seen[step.node] == r->number ||
			    g->component[step.node] != g->component[start])
				continue;
			step.class = classes_intern(r->classes,
						    graph_object(g, step.node));
			if (!step.class || !push(next, step))
				return false;
			r->seen[step.node] = r->number;
			r->from[step.node] = s->node;
		}
	}
	return true;
}

static size_t
trace(const struct rings *r, uint32_t start, uint32_t last, uint32_t *path)
{
	size_t n = 1, at;
	uint32_t i;

	for (i = last; i != start; i = r->from[i])
		n++;
	if (n > RINGS_MOST)
		return 0;
	for (i = last, at = n; i != start; i = r->from[i])
		path[--at] = i;
	path[0] = start;
	return n;
}

size_t
rings_find(struct rings *r, uint32_t start, uint32_t *path)
{
	struct rings_layer *layer = &r->layers[0], *next = &r->layers[1];
	uint32_t last = UINT32_MAX;

	r->number++;
	layer->n = 0;
	if (!push(layer, (struct rings_step){start, 0, NULL}))
		return 0;
	while (layer->n && last == UINT32_MAX) {
		struct rings_layer *done = layer;

		next->n = 0;
		if (!advance(r, start, layer, next, &last))
			return 0;
		if (last == UINT32_MAX)
			rank(next);
		layer = next;
		next = done;
	}
	return last == UINT32_MAX ? 0 : trace(r, start, last, path);
}

void
rings_fini(struct rings *r)
{
	size_t i;

	for (i = 0; i < 2; i++)
		bigarray_unmap(r->layers[i].all, r->layers[i].room,
			       sizeof *r->layers[i].all);
	bigarray_unmap(r->seen, r->g->n, sizeof *r->seen);
	bigarray_unmap(r->from, r->g->n, sizeof *r->from);
}
