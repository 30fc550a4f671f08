/*
 * graph.h - the unreachable objects as a graph, and its parts
 *
 * Nodes are the unreachable objects of one kind and reason (a collection would
 * treat them alike) and edges what tp_traverse visits; or the lost objects and
 * what their memory holds.  Strongly connected
 * components by Tarjan's algorithm; a component that no other refers to is a
 * head, and what hangs on a head (first come) is its island: break the head's
 * cycle and the island is gone.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_GRAPH_H
#define LEAKSHIM_ANALYSIS_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/base/mirror.h"
#include "python/objects.h"

struct graph {
	const struct mirror *m;
	const node_id *ids; /* graph index -> node; borrowed */
	size_t n;
	uint32_t *index_of; /* node -> graph index + 1; 0: not in the graph */
	uint32_t *first;    /* n + 1: where each one's edges start */
	uint32_t *to;       /* edges: graph indices */
	size_t n_edges;
	uint32_t *component; /* graph index -> component */
	uint32_t n_components;
	uint32_t *island; /* graph index -> island */
	uint32_t n_islands;
	uint32_t *members;        /* graph indices, island by island */
	uint32_t *island_first;   /* n_islands + 1: into members */
	uint32_t *head_component; /* island -> its head */
};

/*
 * Nodes are ids[0..n) of m; edges what visit() is called with by referents(),
 * which is handed ctx.  False when memory is out.
 */
bool graph_init(struct graph *g, const struct mirror *m, const node_id *ids,
		size_t n,
		void (*referents)(void *o, visit_fn visit, void *visit_ctx,
				  void *ctx),
		void *ctx);

/* For referents: what tp_traverse visits. */
void graph_traverse(void *o, visit_fn visit, void *visit_ctx, void *unused);

/* The graph index of the object at address, UINT32_MAX if not in it. */
uint32_t graph_find(const struct graph *g, uintptr_t address);

static inline void *
graph_object(const struct graph *g, uint32_t i)
{
	return mirror_object(g->m, g->ids[i]);
}

void graph_fini(struct graph *g);

#endif /* LEAKSHIM_ANALYSIS_GRAPH_H */
