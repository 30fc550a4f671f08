#include "config.h"

#include "analysis/cycles/graph.h"

#include "analysis/base/bigarray.h"
#include "analysis/cycles/components.h"
#include "python/objects.h"

struct edges {
	struct graph *g;
	void (*referents)(void *o, visit_fn visit, void *visit_ctx, void *ctx);
	void *ctx;
	uint32_t at; /* the next free place in g->to; or a mere count */
	bool is_counting;
};

static int
visit_edge(void *o, void *ctx)
{
	struct edges *e = ctx;
	uint32_t to = graph_find(e->g, (uintptr_t)o);

	if (to == UINT32_MAX)
		return 0;
	if (!e->is_counting)
		e->g->to[e->at] = to;
	e->at++;
	return 0;
}

uint32_t
graph_find(const struct graph *g, uintptr_t address)
{
	node_id id = mirror_find(g->m, address);

	return id == NODE_NONE ? UINT32_MAX : g->index_of[id] - 1;
}

static void *
map_words(size_t n)
{
	return bigarray_map(n, sizeof(uint32_t));
}

static void
unmap_words(void *p, size_t n)
{
	bigarray_unmap(p, n, sizeof(uint32_t));
}

void
graph_traverse(void *o, visit_fn visit, void *visit_ctx, void *unused)
{
	(void)unused;
	object_traverse(o, visit, visit_ctx);
}

static void
visit_all(struct edges *e)
{
	uint32_t i;

	for (i = 0; i < e->g->n; i++) {
		e->g->first[i] = e->at;
		e->referents(graph_object(e->g, i), visit_edge, e, e->ctx);
	}
}

/* Compressed rows: count first, then fill. */
static bool
find_edges(struct edges e)
{
	struct graph *g = e.g;

	e.is_counting = true;
	visit_all(&e);
	g->first[g->n] = e.at;
	g->n_edges = e.at;
	g->to = map_words(g->n_edges);
	if (!g->to)
		return false;
	e.at = 0;
	e.is_counting = false;
	visit_all(&e);
	return true;
}

/* A component is a head when no edge comes in from another one. */
static bool
find_heads(struct graph *g)
{
	uint32_t i, e;
	uint32_t *is_held = map_words(g->n_components);

	if (!is_held)
		return false;
	for (i = 0; i < g->n; i++)
		for (e = g->first[i]; e < g->first[i + 1]; e++)
			if (g->component[g->to[e]] != g->component[i])
				is_held[g->component[g->to[e]]] = 1;
	/* Islands are numbered in the order in which the lists have them. */
	for (i = 0; i < g->n; i++) {
		uint32_t c = g->component[i];

		if (is_held[c])
			continue;
		is_held[c] = 1; /* once is enough */
		g->head_component[g->n_islands++] = c;
	}
	unmap_words(is_held, g->n_components);
	return true;
}

static void
spread_island(struct graph *g, uint32_t start, uint32_t island, uint32_t *stack)
{
	size_t n = 0;
	uint32_t e;

	if (g->island[start])
		return;
	g->island[start] = island + 1;
	stack[n++] = start;
	while (n) {
		uint32_t i = stack[--n];

		for (e = g->first[i]; e < g->first[i + 1]; e++) {
			if (g->island[g->to[e]])
				continue;
			g->island[g->to[e]] = island + 1;
			stack[n++] = g->to[e];
		}
	}
}

static bool
find_islands(struct graph *g)
{
	uint32_t *stack = map_words(g->n);
	uint32_t *of_component = map_words(g->n_components);
	uint32_t i, k;

	if (!stack || !of_component)
		return false;
	for (k = 0; k < g->n_islands; k++)
		of_component[g->head_component[k]] = k + 1;
	for (i = 0; i < g->n; i++) {
		k = of_component[g->component[i]];
		if (k)
			spread_island(g, i, k - 1, stack);
	}
	/* Counting sort by island keeps the order of the lists inside one. */
	for (i = 0; i < g->n; i++)
		g->island_first[--g->island[i] + 1]++;
	for (k = 0; k < g->n_islands; k++)
		g->island_first[k + 1] += g->island_first[k];
	for (k = 0; k < g->n_islands; k++)
		stack[k] = g->island_first[k];
	for (i = 0; i < g->n; i++)
		g->members[stack[g->island[i]]++] = i;
	unmap_words(stack, g->n);
	unmap_words(of_component, g->n_components);
	return true;
}

bool
graph_init(struct graph *g, const struct mirror *m, const node_id *ids,
	   size_t n,
	   void (*referents)(void *o, visit_fn visit, void *visit_ctx,
			     void *ctx),
	   void *ctx)
{
	struct edges edges = {.g = g, .referents = referents, .ctx = ctx};
	uint32_t i;

	*g = (struct graph){.m = m, .ids = ids, .n = n};
	g->index_of = map_words(m->n);
	g->first = map_words(n + 1);
	g->component = map_words(n);
	g->island = map_words(n);
	g->members = map_words(n);
	g->island_first = map_words(n + 1);
	g->head_component = map_words(n);
	if (!g->index_of || !g->first || !g->component || !g->island ||
	    !g->members || !g->island_first || !g->head_component)
		return false;
	for (i = 0; i < n; i++)
		g->index_of[ids[i]] = i + 1;
	return find_edges(edges) &&
	       components_find(g->first, g->to, (uint32_t)n, g->component,
			       &g->n_components) &&
	       find_heads(g) && find_islands(g);
}

void
graph_fini(struct graph *g)
{
	unmap_words(g->index_of, g->m->n);
	unmap_words(g->first, g->n + 1);
	unmap_words(g->to, g->n_edges);
	unmap_words(g->component, g->n);
	unmap_words(g->island, g->n);
	unmap_words(g->members, g->n);
	unmap_words(g->island_first, g->n + 1);
	unmap_words(g->head_component, g->n);
	*g = (struct graph){0};
}
