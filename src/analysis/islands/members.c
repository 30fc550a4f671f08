#include "config.h"

#include "analysis/islands/members.h"

#include <string.h>

#include "python/api.h"
#include "python/edges.h"
#include "python/objects.h"

/* Is `next' only where `owner' keeps its references? */
static bool
is_part_of(void *owner, void *next)
{
	if (attribute_dict(owner) == next || is_go_between(next))
		return true;
	return object_type(owner) == py.PyFunction_Type &&
	       object_pointer(owner, layout->function_closure) == next;
}

/* How the member o refers to `to' through the parts between them. */
static const char *
name_edge(struct arena *a, void *o, void *part, void *to)
{
	char text[EDGE_BYTES];

	if (part && part == attribute_dict(o)) {
		if (attribute_name(part, to, text))
			return arena_string(a, text);
	} else if (edge_name(o, to, text)) {
		return arena_string(a, text);
	}
	/* Through a cell that only its holder names. */
	if (part && edge_name(o, part, text))
		return arena_string(a, text);
	return NULL;
}

static void
put_member(struct classes *classes, const struct graph *g, uint32_t i,
	   struct report_edge *out)
{
	void *o = graph_object(g, i);
	struct class *k = classes_intern(classes, o);

	out->type = k ? k->name : "?";
	out->refcount = object_refcount(o);
	out->generation = g->m->nodes[g->ids[i]].generation;
	if (out->generation == GENERATION_NONE)
		out->generation = -1;
	out->address = (uintptr_t)o;
}

/*
 * Walk once around path[0..n): each member absorbs the parts that follow it;
 * the edge is named after the first object that is not a part.
 */
static size_t
put_cycle(struct arena *a, struct classes *classes, const struct graph *g,
	  const uint32_t *path, size_t n, struct report_edge *out)
{
	size_t i = 0, n_out = 0;

	while (i < n) {
		void *o = graph_object(g, path[i]);
		void *part = NULL, *to;
		size_t next = i + 1;

		to = graph_object(g, path[next % n]);
		if (next < n && is_part_of(o, to)) {
			part = to;
			while (next < n &&
			       (is_part_of(o, to) || is_go_between(to)))
				to = graph_object(g, path[++next % n]);
		}
		put_member(classes, g, path[i], &out[n_out]);
		out[n_out++].edge = name_edge(a, o, part, to);
		i = next;
	}
	return n_out;
}

bool
members_describe(struct arena *a, struct classes *classes,
		 const struct graph *g, const struct group *group,
		 struct finding *out)
{
	size_t n = group->n_ring;
	struct report_edge *edges = arena_array(a, n ? n : 1, sizeof *edges);

	if (!edges)
		return false;
	out->cycle = edges;
	if (n) {
		out->n_cycle = put_cycle(a, classes, g, group->ring, n, edges);
		/* Without a name it would not look like a cycle at all. */
		if (out->n_cycle == 1 && !edges[0].edge)
			edges[0].edge = "(an unnamed reference)";
	} else {
		put_member(classes, g, group->head, edges);
		out->n_cycle = 1;
	}
	return true;
}
