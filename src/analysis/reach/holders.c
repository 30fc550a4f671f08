#include "config.h"

#include "analysis/reach/holders.h"

#include "python/api.h"
#include "python/edges.h"
#include "python/names.h"
#include "python/objects.h"

enum {
	MOST_TRIES = 64, /* of one object, because finding a name is a search */
	TICKS = 4096,
};

enum rank { UNNAMED, IN_A_CONTAINER, AN_ATTRIBUTE, OF_A_MODULE };

struct search {
	struct world *w;
	void *owner; /* what holds, be it by its attribute dict */
};

/* An instance or a tuple of constants would tell too little for a line. */
static enum rank
rank_of(void *owner, void *o, char edge[EDGE_BYTES])
{
	if (owner == o || object_type(owner) == o ||
	    object_type(owner) == py.PyTuple_Type || !edge_name(owner, o, edge))
		return UNNAMED;
	if (type_is_subtype(object_type(owner), py.PyModule_Type))
		return OF_A_MODULE;
	return edge[0] == '.' ? AN_ATTRIBUTE : IN_A_CONTAINER;
}

static int
visit(void *o, void *ctx)
{
	struct search *s = ctx;
	const struct reach *r = &s->w->reach;
	uintptr_t node = heap_find(&r->g.heap, (uintptr_t)o);
	struct hub *hub = node ? hubs_find(&r->hubs, node) : NULL;
	char edge[EDGE_BYTES];
	enum rank rank;

	if (!hub || hub->object != o || hub->rank == OF_A_MODULE ||
	    hub->tries == MOST_TRIES)
		return 0;
	rank = rank_of(s->owner, o, edge);
	hub->tries += rank != UNNAMED;
	if ((int)rank > hub->rank) {
		hub->rank = (int)rank;
		hub->holder = s->owner;
	}
	return 0;
}

void
holders_find(struct world *w)
{
	struct search s = {.w = w};
	void *dict;
	size_t i;

	if (!w->reach.hubs.n)
		return;
	for (i = 0; i < w->mirror.n; i++) {
		if (!(w->mirror.nodes[i].flags & NODE_REACHABLE))
			continue;
		if (!(i % TICKS) && w->source->is_late())
			return;
		s.owner = mirror_object(&w->mirror, (node_id)i);
		object_traverse(s.owner, visit, &s);
		dict = attribute_dict(s.owner);
		if (dict)
			object_traverse(dict, visit, &s);
	}
}

bool
holders_describe(struct world *w, const struct hub *hub, struct finding *out)
{
	struct report_holder *h;
	char edge[EDGE_BYTES];

	if (!hub->holder || !edge_name(hub->holder, hub->object, edge))
		return true;
	h = arena_grab(&w->arena, sizeof *h);
	if (!h)
		return false;
	h->type = name_of_module(&w->arena, hub->holder);
	if (!h->type)
		h->type = name_of_class(&w->arena, hub->holder);
	h->edge = arena_string(&w->arena, edge);
	out->held_by = h;
	out->n_held_by = 1;
	return h->edge;
}
