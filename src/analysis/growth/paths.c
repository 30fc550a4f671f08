#include "config.h"

#include "analysis/growth/paths.h"

#include "analysis/base/bigarray.h"
#include "analysis/reach/blocks.h"
#include "analysis/reach/roots.h"
#include "python/api.h"
#include "python/edges.h"
#include "python/holds.h"
#include "python/locals.h"
#include "python/objects.h"
#include "python/running.h"

enum {
	FIRST_STEPS = 1 << 16,
	TICKS = 4096,
};

static void
add(struct paths *p, uintptr_t what, uint32_t site)
{
	struct path_step *steps =
		p->n < PATHS_NOBODY - 1 ?
			bigarray_grow(p->steps, p->n, &p->room, FIRST_STEPS,
				      sizeof *steps) :
			NULL;

	if (!steps) {
		p->is_partial = true;
		return;
	}
	p->steps = steps;
	if (!site && p->from != PATHS_NOBODY)
		site = paths_site(&steps[p->from]);
	steps[p->n++] = (struct path_step){what, p->from, site};
}

/*
 * May tp_traverse of o be called?  Not if o is still being made: the collector
 * does not track it yet.  Dicts and tuples that need not be tracked are
 * complete.
 */
static bool
can_traverse(const struct paths *p, void *o)
{
	unsigned long flags = type_flags(object_type(o));

	return flags & FLAG_HAVE_GC &&
	       (flags & (FLAG_DICT | FLAG_TUPLE) ||
		mirror_find(&p->world->mirror, (uintptr_t)o) != NODE_NONE);
}

static bool
leads_on(void *o)
{
	const void *type = object_type(o);

	return !holds_nothing(type) && type != py.PyUnicode_Type;
}

/* The node is alive, and has not been reached before. */
static bool
is_new(const struct paths *p, uintptr_t node)
{
	const struct heap *h = &p->world->reach.g.heap;

	if (heap_is(h, node, HEAP_SEEN) || !heap_is_marked(h, node) ||
	    heap_is(h, node, HEAP_PASSING))
		return false;
	heap_note(h, node, HEAP_SEEN);
	return true;
}

static int
visit(void *o, void *ctx)
{
	struct paths *p = ctx;
	/* A static object is in no block; words of its memory lead on. */
	uintptr_t node = heap_find(&p->world->reach.g.heap, (uintptr_t)o);
	uint32_t site;

	if (!node || !is_new(p, node))
		return 0;
	site = p->site_of(o, node, p->ctx);
	if (site)
		add(p, (uintptr_t)o | PATH_OBJECT, site | PATHS_IS_OF_SITE);
	else if (leads_on(o))
		add(p, (uintptr_t)o | PATH_OBJECT, 0);
	return p->is_partial;
}

static void
visit_words(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	struct paths *p = ctx;
	const struct reach *r = &p->world->reach;

	for (; from < to; from++) {
		void *o;
		uintptr_t node = reach_node_of(r, *from, &o);

		if (!node)
			continue;
		if (o)
			visit(o, p);
		else if (!reach_is_dead(r, node) && is_new(p, node))
			add(p, node | PATH_MEMORY, 0);
	}
}

/* tp_traverse of dicts leaves out keys that are str. */
static void
visit_dict(struct paths *p, void *dict)
{
	intptr_t position = 0;
	void *key, *value;

	while (py.PyDict_Next(dict, &position, &key, &value)) {
		visit(value, p);
		visit(key, p);
	}
}

static void
follow_object(struct paths *p, void *o)
{
	uintptr_t node = heap_find(&p->world->reach.g.heap, (uintptr_t)o), at;
	void *dict;

	if (!can_traverse(p, o)) {
		if (node)
			reach_words(&p->world->reach, node, visit_words, p);
		return;
	}
	if (type_flags(object_type(o)) & FLAG_DICT)
		visit_dict(p, o);
	object_traverse(o, visit, p);
	/* The dict that the visit has met is not a step of its own. */
	dict = attribute_dict(o);
	at = dict ? heap_find(&p->world->reach.g.heap, (uintptr_t)dict) : 0;
	if (at && type_flags(object_type(dict)) & FLAG_DICT)
		visit_dict(p, dict);
}

static void
follow(struct paths *p, uint32_t i)
{
	void *what = path_pointer(&p->steps[i]);

	p->from = i;
	switch (path_tag(&p->steps[i])) {
	case PATH_OBJECT:
		follow_object(p, what);
		break;
	case PATH_FRAME:
		locals_visit(what, visit, p);
		break;
	case PATH_MEMORY:
		reach_words(&p->world->reach, (uintptr_t)what, visit_words, p);
		break;
	default:
		break;
	}
}

static void
follow_all(struct paths *p, size_t *at)
{
	for (; *at < p->n && !p->is_partial; ++*at) {
		if (!(*at % TICKS) && p->world->source->is_late())
			p->is_partial = true;
		follow(p, (uint32_t)*at);
	}
	p->from = PATHS_NOBODY;
}

static void
add_modules(struct paths *p)
{
	const struct mirror *m = &p->world->mirror;
	size_t i;

	for (i = 0; i < m->n; i++) {
		void *o = mirror_object(m, (node_id)i);
		uintptr_t node;

		if (!type_is_subtype(object_type(o), py.PyModule_Type))
			continue;
		node = heap_find(&p->world->reach.g.heap, (uintptr_t)o);
		if (node && is_new(p, node))
			add(p, (uintptr_t)o | PATH_OBJECT, 0);
	}
}

static void
add_frame(void *frame, void *ctx)
{
	add(ctx, (uintptr_t)frame | PATH_FRAME, 0);
}

/*
 * Containers of C or C++ in objects whose tp_traverse does not know them, also
 * in objects that are found by that.
 */
static void
search_untraversed(struct paths *p, size_t *at)
{
	size_t i;

	for (i = 0; i < p->n && !p->is_partial; i++) {
		void *o = path_pointer(&p->steps[i]);
		uintptr_t node = 0;

		if (!(i % TICKS) && p->world->source->is_late())
			p->is_partial = true;
		if (path_tag(&p->steps[i]) == PATH_OBJECT && can_traverse(p, o))
			node = heap_find(&p->world->reach.g.heap, (uintptr_t)o);
		p->from = (uint32_t)i;
		if (node)
			reach_words(&p->world->reach, node, visit_words, p);
		if (i + 1 == p->n)
			follow_all(p, at);
	}
	p->from = PATHS_NOBODY;
}

static void
search_memory(struct paths *p, enum roots_part part, enum path_tag tag)
{
	p->from = PATHS_NOBODY;
	add(p, tag, 0);
	p->from = (uint32_t)p->n - 1;
	if (!p->is_partial)
		roots_visit(&p->world->reach.g, part, visit_words, p);
}

void
paths_find(struct paths *p)
{
	const struct notcloned *o = p->world->reach.notcloned;
	size_t at = 0;

	p->from = PATHS_NOBODY;
	add_modules(p);
	running_visit(add_frame, p);
	follow_all(p, &at);
	if (p->is_partial || p->is_enough(p, p->ctx))
		return;
	search_memory(p, ROOTS_STACKS, PATH_STACKS);
	search_memory(p, ROOTS_OTHERS, PATH_STATIC);
	visit_words(o->words, o->words + o->n, p);
	follow_all(p, &at);
	if (!p->is_partial && !p->is_enough(p, p->ctx))
		search_untraversed(p, &at);
}

void
paths_fini(struct paths *p)
{
	if (p->steps)
		bigarray_unmap(p->steps, p->room, sizeof *p->steps);
}
