#include "config.h"

#include "analysis/paths.h"

#include <string.h>

#include "analysis/bigarray.h"
#include "analysis/roots.h"
#include "common/buf.h"
#include "python/api.h"
#include "python/edges.h"
#include "python/holds.h"
#include "python/locals.h"
#include "python/names.h"
#include "python/objects.h"
#include "python/running.h"

enum {
	FIRST_STEPS = 1 << 16,
	TICKS = 4096,
	SHOWN_FROM_EACH_END = 16,
};

/* What a step is. */
enum tag { OBJECT, FRAME, MEMORY, STACKS, STATIC, TAGS };
#define TAG_MASK ((uintptr_t)7)

static enum tag
tag_of(const struct path_step *s)
{
	return (enum tag)(s->what & TAG_MASK);
}

static void *
pointer_of(const struct path_step *s)
{
	return (void *)(s->what & ~TAG_MASK);
}

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
 * May tp_traverse of o be called?  Not of what is being made: the collector does
 * not track that yet.  Nor of dicts and tuples that it need not, which are whole.
 */
static bool
can_traverse(const struct paths *p, void *o)
{
	unsigned long flags = type_flags(object_type(o));

	return flags & FLAG_HAVE_GC &&
	       (flags & (FLAG_DICT | FLAG_TUPLE) ||
		mirror_find(&p->c->mirror, (uintptr_t)o) != NODE_NONE);
}

static bool
leads_on(void *o)
{
	const void *type = object_type(o);

	return !holds_nothing(type) && type != py.PyUnicode_Type;
}

/* The node is alive, and nobody was there before. */
static bool
is_new(const struct paths *p, uintptr_t node)
{
	const struct heap *h = &p->c->reach.g.heap;

	if (heap_is(h, node, HEAP_SEEN) || !heap_is_marked(h, node) ||
	    heap_is(h, node, HEAP_IN_GARBAGE))
		return false;
	heap_note(h, node, HEAP_SEEN);
	return true;
}

static int
visit(void *o, void *ctx)
{
	struct paths *p = ctx;
	/* A static object is in no block; words of its memory lead on. */
	uintptr_t node = heap_find(&p->c->reach.g.heap, (uintptr_t)o);
	uint32_t site;

	if (!node || !is_new(p, node))
		return 0;
	site = p->site_of(o, node, p->ctx);
	if (site)
		add(p, (uintptr_t)o | OBJECT, site | PATHS_IS_OF_SITE);
	else if (leads_on(o))
		add(p, (uintptr_t)o | OBJECT, 0);
	return p->is_partial;
}

static void
visit_words(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	struct paths *p = ctx;
	const struct reach *r = &p->c->reach;

	for (; from < to; from++) {
		void *o;
		uintptr_t node = reach_node_of(r, *from, &o);

		if (!node)
			continue;
		if (o)
			visit(o, p);
		else if (!reach_is_dead(r, node) && is_new(p, node))
			add(p, node | MEMORY, 0);
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
	uintptr_t node = heap_find(&p->c->reach.g.heap, (uintptr_t)o), at;
	void *dict;

	if (!can_traverse(p, o)) {
		if (node)
			reach_words(&p->c->reach, node, visit_words, p);
		return;
	}
	if (type_flags(object_type(o)) & FLAG_DICT)
		visit_dict(p, o);
	object_traverse(o, visit, p);
	/* The dict that the visit has met is not a step of its own. */
	dict = attribute_dict(o);
	at = dict ? heap_find(&p->c->reach.g.heap, (uintptr_t)dict) : 0;
	if (at && type_flags(object_type(dict)) & FLAG_DICT)
		visit_dict(p, dict);
}

static void
follow(struct paths *p, uint32_t i)
{
	void *what = pointer_of(&p->steps[i]);

	p->from = i;
	switch (tag_of(&p->steps[i])) {
	case OBJECT:
		follow_object(p, what);
		break;
	case FRAME:
		locals_visit(what, visit, p);
		break;
	case MEMORY:
		reach_words(&p->c->reach, (uintptr_t)what, visit_words, p);
		break;
	default:
		break;
	}
}

static void
follow_all(struct paths *p, size_t *at)
{
	for (; *at < p->n && !p->is_partial; ++*at) {
		if (!(*at % TICKS) && p->c->source->is_late())
			p->is_partial = true;
		follow(p, (uint32_t)*at);
	}
	p->from = PATHS_NOBODY;
}

static void
add_modules(struct paths *p)
{
	const struct mirror *m = &p->c->mirror;
	size_t i;

	for (i = 0; i < m->n; i++) {
		void *o = mirror_object(m, (node_id)i);
		uintptr_t node;

		if (!type_is_subtype(object_type(o), py.PyModule_Type))
			continue;
		node = heap_find(&p->c->reach.g.heap, (uintptr_t)o);
		if (node && is_new(p, node))
			add(p, (uintptr_t)o | OBJECT, 0);
	}
}

static void
add_frame(void *frame, void *ctx)
{
	add(ctx, (uintptr_t)frame | FRAME, 0);
}

static void
search_memory(struct paths *p, enum roots_part part, enum tag tag)
{
	p->from = PATHS_NOBODY;
	add(p, tag, 0);
	p->from = (uint32_t)p->n - 1;
	if (!p->is_partial)
		roots_visit(&p->c->reach.g, part, visit_words, p);
}

void
paths_find(struct paths *p)
{
	const struct outside *o = p->c->reach.outside;
	size_t at = 0;

	p->from = PATHS_NOBODY;
	add_modules(p);
	running_visit(add_frame, p);
	follow_all(p, &at);
	if (p->is_partial || p->is_enough(p, p->ctx))
		return;
	search_memory(p, ROOTS_STACKS, STACKS);
	search_memory(p, ROOTS_OTHERS, STATIC);
	visit_words(o->words, o->words + o->n, p);
	follow_all(p, &at);
}

/* ---- the way to one of them ---- */

static const char *
name_of(struct arena *a, const struct path_step *s)
{
	static const char *const names[TAGS] = {
		[MEMORY] = "(memory)",
		[STACKS] = "(the stack of a thread)",
		[STATIC] = "(static memory)",
	};
	void *what = pointer_of(s);
	const char *name;

	if (tag_of(s) == FRAME)
		return running_name(a, what);
	if (tag_of(s) != OBJECT)
		return names[tag_of(s)];
	name = name_of_module(a, what);
	return name ? name : name_of_class(a, what);
}

static bool
edge_between(const struct path_step *s, const struct path_step *to,
	     char out[EDGE_BYTES])
{
	out[0] = '\0';
	if (tag_of(to) != OBJECT)
		return false;
	if (tag_of(s) == FRAME)
		return locals_frame_edge(pointer_of(s), pointer_of(to), out,
					 EDGE_BYTES);
	return tag_of(s) == OBJECT &&
	       edge_name(pointer_of(s), pointer_of(to), out);
}

bool
paths_is_key(const struct paths *p, uint32_t i)
{
	char edge[EDGE_BYTES];

	return p->steps[i].parent != PATHS_NOBODY &&
	       edge_between(&p->steps[p->steps[i].parent], &p->steps[i],
			    edge) &&
	       !strcmp(edge, "(key)");
}

/*
 * How many steps one edge is the name of: a variable of a function has its
 * closure and a cell in between, one of a generator its frame (up to 3.10).
 */
static size_t
steps_at_once(const struct paths *p, const uint32_t *way, size_t n, size_t i)
{
	const struct path_step *cell = &p->steps[way[i + 2 < n ? i + 2 : i]];
	const struct path_step *frame = &p->steps[way[i + 1]];
	const struct path_step *s = &p->steps[way[i]];

	if (tag_of(s) != OBJECT)
		return 1;
	if (i + 3 < n && tag_of(cell) == OBJECT &&
	    is_go_between(pointer_of(cell)))
		return 3;
	if (i + 2 < n && object_is_generator(pointer_of(s)) &&
	    tag_of(frame) == OBJECT &&
	    object_type(pointer_of(frame)) == py.PyFrame_Type)
		return 2;
	return 1;
}

static bool
put_step(const struct paths *p, const uint32_t *way, size_t n, size_t *i,
	 struct report_holder *out)
{
	struct arena *a = &p->c->arena;
	const struct path_step *s = &p->steps[way[*i]];
	size_t more = steps_at_once(p, way, n, *i);
	char edge[EDGE_BYTES];
	bool has_edge = edge_between(s, &p->steps[way[*i + more]], edge);

	if (!has_edge && more > 1) {
		more = 1;
		has_edge = edge_between(s, &p->steps[way[*i + 1]], edge);
	}
	*i += more;
	out->type = name_of(a, s);
	out->edge = has_edge ? arena_string(a, edge) : NULL;
	return out->type && (!has_edge || out->edge);
}

static bool
put_gap(struct arena *a, size_t n, struct report_holder *out)
{
	struct buf b;

	buf_init(&b);
	buf_printf(&b, "(%lu more)", n);
	out->type = arena_string(a, buf_string(&b));
	buf_fini(&b);
	return out->type;
}

bool
paths_describe(const struct paths *p, uint32_t i, struct finding *out)
{
	enum { MOST = 2 * SHOWN_FROM_EACH_END };
	uint32_t way[MOST]; /* the root first */
	struct report_holder *list =
		arena_array(&p->c->arena, MOST + 1, sizeof *list);
	size_t depth = 0, gap = 0, n, k;
	uint32_t at;

	if (!list)
		return false;
	for (at = i; at != PATHS_NOBODY; at = p->steps[at].parent)
		depth++;
	if (depth > MOST)
		gap = depth - MOST;
	n = depth - gap;
	for (at = i, k = depth; k--; at = p->steps[at].parent)
		if (k < SHOWN_FROM_EACH_END)
			way[k] = at;
		else if (k >= SHOWN_FROM_EACH_END + gap)
			way[k - gap] = at;
	out->growth_path = list;
	for (k = 0; k + 1 < n;) {
		if (gap && k == SHOWN_FROM_EACH_END - 1) {
			/* Its edge leads to one that is not shown. */
			list[out->n_growth_path].type =
				name_of(&p->c->arena, &p->steps[way[k++]]);
			out->n_growth_path++;
			if (!put_gap(&p->c->arena, gap,
				     &list[out->n_growth_path++]))
				return false;
			continue;
		}
		if (!put_step(p, way, gap && k < SHOWN_FROM_EACH_END ?
					      SHOWN_FROM_EACH_END :
					      n,
			      &k, &list[out->n_growth_path++]))
			return false;
	}
	return true;
}

void
paths_fini(struct paths *p)
{
	if (p->steps)
		bigarray_unmap(p->steps, p->room, sizeof *p->steps);
}
