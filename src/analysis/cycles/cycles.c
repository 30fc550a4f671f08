#include "config.h"

#include "analysis/cycles/cycles.h"

#include "analysis/base/bigarray.h"
#include "python/finalizers.h"
#include "python/objects.h"

/* Which generations take part in a pass. */
struct pass {
	struct mirror *m;
	int oldest;            /* the oldest generation that takes part */
	uint8_t reached;       /* flag that move_unreachable() sets */
	node_id not_through;   /* edges of this node hold nothing */
	bool only_unreachable; /* do not follow edges to live objects */
	node_id *stack;
	size_t n_stack;
	bool (*is_late)(void);
	uint32_t ticks; /* objects traversed: the clock is read now and then */
	bool gave_up;
};

static void
traverse(struct pass *p, node_id id, visit_fn visit)
{
	if (!(++p->ticks & 0xffff) && p->is_late && p->is_late())
		p->gave_up = true;
	if (!p->gave_up)
		object_traverse(mirror_object(p->m, id), visit, p);
}

static node_id
candidate(const struct pass *p, const void *o)
{
	node_id id = mirror_find(p->m, (uintptr_t)o);

	if (id == NODE_NONE || p->m->nodes[id].generation > p->oldest)
		return NODE_NONE;
	if (p->only_unreachable && p->m->nodes[id].flags & NODE_REACHABLE)
		return NODE_NONE;
	return id;
}

static int
visit_decref(void *o, void *ctx)
{
	struct pass *p = ctx;
	node_id id = candidate(p, o);

	if (id != NODE_NONE)
		p->m->nodes[id].refs--;
	return 0;
}

static int
visit_reachable(void *o, void *ctx)
{
	struct pass *p = ctx;
	node_id id = candidate(p, o);

	if (id != NODE_NONE && !(p->m->nodes[id].flags & p->reached)) {
		p->m->nodes[id].flags |= p->reached;
		p->stack[p->n_stack++] = id;
	}
	return 0;
}

static void
subtract_refs(struct pass *p)
{
	size_t i;

	for (i = 0; i < p->m->n; i++)
		if (p->m->nodes[i].generation <= p->oldest)
			traverse(p, (node_id)i, visit_decref);
}

static void
follow(struct pass *p)
{
	while (p->n_stack) {
		node_id id = p->stack[--p->n_stack];

		if (id != p->not_through)
			traverse(p, id, visit_reachable);
	}
}

/* Roots are the nodes with references from outside. */
static void
move_unreachable(struct pass *p)
{
	size_t i;

	for (i = 0; i < p->m->n; i++) {
		struct node *node = &p->m->nodes[i];

		if (node->generation > p->oldest || !node->refs ||
		    node->flags & p->reached)
			continue;
		/*
		 * Also below zero: after a missing Py_INCREF, or by a traverse
		 * that visits twice, nothing is certain.
		 */
		node->flags |= p->reached;
		p->stack[p->n_stack++] = (node_id)i;
		follow(p);
	}
}

/* Spread `flag' from the nodes that have it over what they refer to. */
static void
spread(struct pass *p, const struct unreachable *u, uint8_t flag)
{
	size_t i;

	p->reached = flag;
	for (i = 0; i < u->n; i++)
		if (p->m->nodes[u->ids[i]].flags & flag)
			p->stack[p->n_stack++] = u->ids[i];
	follow(p);
}

static int
visit_garbage(void *o, void *ctx)
{
	struct pass *p = ctx;
	node_id id = candidate(p, o);

	if (id != NODE_NONE)
		p->m->nodes[id].flags |= NODE_IN_GARBAGE;
	return 0;
}

static bool
is_legacy(const struct pass *p, node_id id)
{
	return p->m->nodes[id].flags & NODE_LEGACY;
}

static int
visit_incref_legacy(void *o, void *ctx)
{
	struct pass *p = ctx;
	node_id id = candidate(p, o);

	if (id != NODE_NONE && is_legacy(p, id))
		p->m->nodes[id].refs++;
	return 0;
}

/* One referrer less; the last one takes it along. */
static int
visit_decref_legacy(void *o, void *ctx)
{
	struct pass *p = ctx;
	node_id id = candidate(p, o);

	if (id != NODE_NONE && is_legacy(p, id) && !--p->m->nodes[id].refs)
		p->stack[p->n_stack++] = id;
	return 0;
}

/*
 * Take the flag from what is freed once the garbage around it is cleared:
 * nothing else that has the flag refers to it.  True if there was any.
 */
static bool
drop_unheld(struct pass *p, const struct unreachable *u)
{
	bool has_dropped = false;
	size_t i;

	for (i = 0; i < u->n; i++)
		p->m->nodes[u->ids[i]].refs = 0;
	for (i = 0; i < u->n; i++)
		if (is_legacy(p, u->ids[i]))
			traverse(p, u->ids[i], visit_incref_legacy);
	for (i = 0; i < u->n; i++)
		if (is_legacy(p, u->ids[i]) && !p->m->nodes[u->ids[i]].refs)
			p->stack[p->n_stack++] = u->ids[i];
	while (p->n_stack) {
		node_id id = p->stack[--p->n_stack];

		has_dropped = true;
		traverse(p, id, visit_decref_legacy);
		p->m->nodes[id].flags &= (uint8_t)~NODE_LEGACY;
	}
	return has_dropped;
}

/*
 * move_legacy_finalizers() sets aside what has one and what can be reached from
 * that; then delete_garbage() clears the rest, and what was set aside but held
 * by the rest alone is freed after all (gcmodule.c, collect(), 2.7 to 3.15).  A
 * cycle reachable only from that is free at the next collection.  So: again,
 * until all that have the flag hold each other.
 */
static void
mark_legacy(struct pass *p, const struct unreachable *u)
{
	size_t i;

	for (i = 0; i < u->n; i++)
		if (has_legacy_finalizer(mirror_object(p->m, u->ids[i])))
			p->m->nodes[u->ids[i]].flags |= NODE_LEGACY;
	do {
		for (i = 0; i < u->n; i++)
			if (!has_legacy_finalizer(
				    mirror_object(p->m, u->ids[i])))
				p->m->nodes[u->ids[i]].flags &=
					(uint8_t)~NODE_LEGACY;
		spread(p, u, NODE_LEGACY);
	} while (drop_unheld(p, u) && !p->gave_up);
}

static void
mark_kinds(struct pass *p, void *garbage, const struct unreachable *u)
{
	p->not_through = NODE_NONE;
	mark_legacy(p, u);
	if (garbage) {
		object_traverse(garbage, visit_garbage, p);
		spread(p, u, NODE_IN_GARBAGE);
	}
}

static bool
collect(const struct mirror *m, struct unreachable *out)
{
	size_t i, n = 0;

	for (i = 0; i < m->n; i++)
		n += !(m->nodes[i].flags & NODE_REACHABLE);
	out->mapped = n;
	out->ids = bigarray_map(n, sizeof *out->ids);
	if (!out->ids)
		return false;
	for (i = 0; i < m->n; i++)
		if (!(m->nodes[i].flags & NODE_REACHABLE))
			out->ids[out->n++] = (node_id)i;
	return true;
}

static bool
has_permanent(const struct mirror *m)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		if (m->nodes[i].generation == GENERATION_PERMANENT)
			return true;
	return false;
}

/*
 * A second trial deletion, with the permanent generation among the candidates:
 * what the first one reached and this one does not is kept by frozen garbage
 * alone, and no collection will ever look at it.
 */
static void
find_frozen(struct pass *p)
{
	struct mirror *m = p->m;
	size_t i;

	for (i = 0; i < m->n; i++) {
		struct node *node = &m->nodes[i];

		if (node->flags & NODE_REACHABLE)
			node->flags |= NODE_FROZEN;
		node->flags &= (uint8_t)~NODE_REACHABLE;
		mirror_reset_refs(m, (node_id)i);
	}
	p->oldest = GENERATION_PERMANENT;
	subtract_refs(p);
	move_unreachable(p);
	for (i = 0; i < m->n; i++)
		if (m->nodes[i].flags & NODE_REACHABLE)
			m->nodes[i].flags &= (uint8_t)~NODE_FROZEN;
}

/* The three generations of a collection, then the permanent one. */
static void
find_reachable(struct pass *p)
{
	size_t i;

	subtract_refs(p);
	move_unreachable(p);
	for (i = 0; i < p->m->n; i++)
		if (p->m->nodes[i].generation == GENERATION_PERMANENT)
			p->m->nodes[i].flags |= NODE_REACHABLE;
	if (has_permanent(p->m))
		find_frozen(p);
	p->oldest = GENERATION_PERMANENT;
}

enum cycles_result
cycles_find(struct mirror *m, void *garbage, bool (*is_late)(void),
	    struct unreachable *out)
{
	struct pass p = {.m = m,
			 .oldest = GENERATIONS - 1,
			 .reached = NODE_REACHABLE,
			 .is_late = is_late};
	enum cycles_result result = CYCLES_NO_MEMORY;

	*out = (struct unreachable){0};
	p.not_through =
		garbage ? mirror_find(m, (uintptr_t)garbage) : NODE_NONE;
	p.stack = bigarray_map(m->n, sizeof *p.stack);
	if (!p.stack)
		return result;
	find_reachable(&p);
	p.only_unreachable = true;
	if (p.gave_up) {
		result = CYCLES_LATE;
	} else if (collect(m, out)) {
		mark_kinds(&p, garbage, out);
		result = p.gave_up ? CYCLES_LATE : CYCLES_FOUND;
	}
	bigarray_unmap(p.stack, m->n, sizeof *p.stack);
	return result;
}

void
cycles_fini(struct unreachable *u)
{
	bigarray_unmap(u->ids, u->mapped, sizeof *u->ids);
	*u = (struct unreachable){0};
}
