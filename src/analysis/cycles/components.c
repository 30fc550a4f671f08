#include "config.h"

#include "analysis/cycles/components.h"

#include "analysis/base/bigarray.h"

/* One array each, so that deep graphs need no C stack. */
struct tarjan {
	uint32_t *order;   /* when visited, from 1; 0: not yet */
	uint32_t *low;     /* the earliest order that can be reached */
	uint32_t *edge;    /* the next edge to follow of a node on the path */
	uint32_t *path;    /* the nodes being visited, outermost first */
	uint32_t *pending; /* visited, component not known yet */
	uint32_t n_path, n_pending, n_visited, n_components;
};

/* order[] of a node whose component is known: earlier than nothing. */
#define DONE UINT32_MAX

static void
enter(struct tarjan *t, const uint32_t *first, uint32_t i)
{
	t->order[i] = t->low[i] = ++t->n_visited;
	t->edge[i] = first[i];
	t->path[t->n_path++] = i;
	t->pending[t->n_pending++] = i;
}

static void
leave(struct tarjan *t, uint32_t i, uint32_t *component)
{
	uint32_t member;

	t->n_path--;
	if (t->n_path) {
		uint32_t above = t->path[t->n_path - 1];

		if (t->low[i] < t->low[above])
			t->low[above] = t->low[i];
	}
	if (t->low[i] != t->order[i])
		return;
	do {
		member = t->pending[--t->n_pending];
		component[member] = t->n_components;
		t->order[member] = DONE;
	} while (member != i);
	t->n_components++;
}

static void
visit_from(struct tarjan *t, const uint32_t *first, const uint32_t *to,
	   uint32_t root, uint32_t *component)
{
	enter(t, first, root);
	while (t->n_path) {
		uint32_t i = t->path[t->n_path - 1], next;

		if (t->edge[i] == first[i + 1]) {
			leave(t, i, component);
			continue;
		}
		next = to[t->edge[i]++];
		if (!t->order[next])
			enter(t, first, next);
		else if (t->order[next] < t->low[i])
			t->low[i] = t->order[next];
	}
}

bool
components_find(const uint32_t *first, const uint32_t *to, uint32_t n,
		uint32_t *component, uint32_t *n_components)
{
	uint32_t *all = bigarray_map((size_t)n * 5, sizeof *all);
	struct tarjan t = {0};
	uint32_t i;

	if (!all)
		return false;
	t.order = all;
	t.low = all + n;
	t.edge = all + (size_t)n * 2;
	t.path = all + (size_t)n * 3;
	t.pending = all + (size_t)n * 4;
	for (i = 0; i < n; i++)
		if (!t.order[i])
			visit_from(&t, first, to, i, component);
	*n_components = t.n_components;
	bigarray_unmap(all, (size_t)n * 5, sizeof *all);
	return true;
}
