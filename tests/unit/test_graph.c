#include "config.h"

#include "analysis/cycles/graph.h"

#include <stdlib.h>

#include "model.h"
#include "tap.h"

/* A graph of all that the model has. */
static struct graph
graph_of_all(const struct mirror *m)
{
	static node_id ids[4096];
	struct graph g;
	size_t i;

	for (i = 0; i < m->n; i++)
		ids[i] = (node_id)i;
	if (!graph_init(&g, m, ids, m->n, graph_traverse, NULL))
		abort();
	return g;
}

static uint32_t
island_of(const struct graph *g, void *o)
{
	return g->island[graph_find(g, (uintptr_t)o)];
}

static uint32_t
component_of(const struct graph *g, void *o)
{
	return g->component[graph_find(g, (uintptr_t)o)];
}

/* a <-> b, which hold `tail'; and a second ring that holds it, too. */
static void
islands(void)
{
	void *type, *a, *b, *tail, *c, *d;
	struct mirror m;
	struct graph g;

	model_begin();
	type = model_type("Node");
	a = model_object(type);
	b = model_object(type);
	tail = model_object(type);
	c = model_object(type);
	d = model_object(type);
	model_hold(a, b);
	model_hold(b, a);
	model_hold(b, tail);
	model_hold(c, d);
	model_hold(d, c);
	model_hold(d, tail);
	m = model_mirror();
	g = graph_of_all(&m);
	is_number((int64_t)g.n_edges, 6, "each reference is an edge");
	is_number(g.n_components, 3, "two rings and what hangs there");
	is_number(g.n_islands, 2, "each ring is the head of an island");
	is_number(island_of(&g, a), 0, "numbered in the lists' order");
	is_number(island_of(&g, c), 1, "both of them");
	ok(island_of(&g, tail) == island_of(&g, a),
	   "what two hold is of the first");
	is_number(g.island_first[1] - g.island_first[0], 3,
		  "its members are counted");
	ok(g.head_component[0] == component_of(&g, b) &&
		   g.head_component[0] != component_of(&g, tail),
	   "the ring is its head");
	ok(graph_object(&g, g.members[g.island_first[0]]) == a,
	   "members keep the lists' order");
	graph_fini(&g);
	mirror_fini(&m);
}

/* The twin: a reference from ring to ring makes one island of them. */
static void
one_island(void)
{
	void *type, *a, *b, *c, *d;
	struct mirror m;
	struct graph g;

	model_begin();
	type = model_type("Node");
	c = model_object(type);
	d = model_object(type);
	a = model_object(type);
	b = model_object(type);
	model_hold(a, b);
	model_hold(b, a);
	model_hold(c, d);
	model_hold(d, c);
	model_hold(a, c);
	m = model_mirror();
	g = graph_of_all(&m);
	is_number(g.n_components, 2, "two rings");
	is_number(g.n_islands, 1, "one holds the other");
	ok(g.head_component[0] == component_of(&g, a),
	   "the one that holds is the head, wherever it stands in the lists");
	graph_fini(&g);
	mirror_fini(&m);
}

/* Some of the mirror's objects only: edges to the others are left out. */
static void
part(void)
{
	void *type, *in, *out;
	struct mirror m;
	struct graph g;
	node_id id;

	model_begin();
	type = model_type("Node");
	in = model_object(type);
	out = model_object(type);
	model_hold(in, out);
	model_hold(out, in);
	m = model_mirror();
	id = mirror_find(&m, (uintptr_t)in);
	ok(graph_init(&g, &m, &id, 1, graph_traverse, NULL), "a graph of one");
	is_number((int64_t)g.n_edges, 0, "has no edges to what is not in it");
	is_number(graph_find(&g, (uintptr_t)in), 0, "it finds its own");
	ok(graph_find(&g, (uintptr_t)out) == UINT32_MAX &&
		   graph_find(&g, (uintptr_t)&g) == UINT32_MAX,
	   "and neither the others nor strangers");
	is_number(g.n_islands, 1, "and is an island");
	graph_fini(&g);
	mirror_fini(&m);
}

int
main(void)
{
	islands();
	one_island();
	part();
	return tap_done();
}
