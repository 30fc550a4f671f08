#include "config.h"

#include "analysis/reach/reach.h"

#include <string.h>

#include "analysis/base/bigarray.h"
#include "analysis/reach/blocks.h"
#include "analysis/reach/confirm.h"
#include "analysis/reach/mark.h"
#include "analysis/reach/roots.h"
#include "analysis/reach/uncounted.h"
#include "python/objects.h"
#include "python/recognize.h"
#include "python/stringtable.h"

static struct maps *readable;
static const char no_memory[] =
	"no memory for the reachability analysis (RLIMIT_AS or the container's "
	"limit): raise it";

static bool
is_readable(uintptr_t address, size_t n)
{
	return maps_can_read(readable, address, n);
}

/* In the data of a program or library: initialized ones are in its file. */
static bool
is_variable(uintptr_t address)
{
	const struct map *map = maps_find(readable, address);

	return map && map->flags & MAP_IS_FILE &&
	       !(map->flags & (MAP_IS_SHARED | MAP_IS_DEVICE));
}

/*
 * An object that the side table calls dead may be alive again: the tracer sees
 * the death before the finalizer, which may put the object back into use.  What
 * looks alive holds what it has, but is not accused itself, because stale data
 * may look like anything; what looks dead is judged like any other; the rest is
 * marked and never examined.
 */
static int
settle_dead(const struct source_range *b, void *ctx)
{
	struct reach *r = ctx;
	uintptr_t node = b->is_dead ? heap_find(&r->g.heap, b->start) : 0;
	bool is_dead;

	if (!node)
		return 0;
	if (!reach_find_object(r, node, &is_dead))
		heap_mark(&r->g.heap, node);
	else if (!is_dead && !heap_is_marked(&r->g.heap, node))
		reach_mark_node(r, node);
	return r->gave_up;
}

/* Immortal objects are never freed, so what they hold is held. */
static int
visit_immortal(uintptr_t node, void *ctx)
{
	struct reach *r = ctx;
	void *o;

	o = reach_object(r, node);
	if (o && (object_is_immortal(o) || stringtable_keeps_for_ever(o))) {
		mark_push(r, node, 0);
		mark_drain(r);
	}
	return r->gave_up;
}

/*
 * The collector is exact: any word that leads to garbage is stale, and leads to
 * nothing that the garbage holds.  So garbage is marked first, and examined
 * last.
 */
static void
set_garbage_apart(struct reach *r, const struct mirror *m,
		  const struct unreachable *garbage)
{
	size_t i;

	r->has_garbage = garbage->n;
	for (i = 0; i < garbage->n; i++) {
		uintptr_t o = m->nodes[garbage->ids[i]].address;
		uintptr_t node = heap_find(&r->g.heap, o);

		if (!node)
			continue;
		heap_mark(&r->g.heap, node);
		heap_note(&r->g.heap, node, HEAP_PASSING);
		heap_note(&r->g.heap, node, HEAP_POSTPONED);
		/* No word has led to it so far. */
		if (reach_object(r, node) == (void *)o)
			mark_hub(r, node, (void *)o, 0);
	}
}

static void
mark_from_garbage(struct reach *r, const struct mirror *m,
		  const struct unreachable *garbage)
{
	size_t i;

	r->in_passing = true;
	for (i = 0; i < garbage->n; i++) {
		uintptr_t o = m->nodes[garbage->ids[i]].address;
		uintptr_t node = heap_find(&r->g.heap, o);

		/* One block of another allocator may contain several. */
		if (!node || !heap_is(&r->g.heap, node, HEAP_POSTPONED))
			continue;
		heap_take_back(&r->g.heap, node, HEAP_POSTPONED);
		mark_push(r, node, 0);
	}
	for (i = 0; i < r->n_passing; i++)
		reach_visit(r, (uintptr_t *)r->passing[i].start,
			    (uintptr_t *)r->passing[i].end);
	mark_drain(r);
	r->in_passing = false;
}

/* Of roots other than stacks. */
static void
visit_roots(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	struct reach *r = ctx;
	const uintptr_t *p;

	for (p = from; p < to; p++) {
		uintptr_t node = heap_find(&r->g.heap, reach_untagged(*p));

		if (node)
			heap_note(&r->g.heap, node, HEAP_ROOTED);
		mark_word(r, *p);
	}
}

/* Nothing else leads to them: the next look-ups of names drop them. */
static void
mark_from_cache(struct reach *r)
{
	r->in_passing = true;
	uncounted_visit_names(r);
	mark_drain(r);
	r->in_passing = false;
}

bool
reach_mark(struct reach *r, const struct source *s, const struct mirror *m,
	   const struct unreachable *garbage, const struct notcloned *o,
	   const char **why)
{
	memset(r, 0, sizeof *r);
	r->s = s;
	r->notcloned = o;
	*why = o->why;
	if (*why)
		return false;
	readable = &r->g.maps;
	if (!recognize_begin(is_readable, is_variable)) {
		*why = no_memory;
		return false;
	}
	if (!gather(&r->g, s, m, why))
		return false;
	r->n_room = r->g.heap.n_nodes;
	r->stack = bigarray_map(r->n_room, sizeof *r->stack);
	if (!r->stack || !hubs_init(&r->hubs)) {
		*why = no_memory;
		return false;
	}
	set_garbage_apart(r, m, garbage);
	if (r->g.n_dead)
		s->walk_blocks(settle_dead, r);
	uncounted_cut_out(r);
	roots_prepare(&r->g, s);
	r->in_stacks = true;
	r->root_bytes = roots_visit(&r->g, ROOTS_STACKS, mark_words, r);
	if (s->n_stack_words)
		reach_visit(r, s->stack_words,
			    s->stack_words + s->n_stack_words);
	r->in_stacks = false;
	mark_drain(r);
	r->in_roots = true;
	r->root_bytes += roots_visit(&r->g, ROOTS_OTHERS, visit_roots, r);
	r->in_roots = false;
	reach_visit(r, o->words, o->words + o->n);
	mark_drain(r);
	mark_later(r, false);
	mark_from_cache(r);
	mark_from_garbage(r, m, garbage);
	mark_later(r, true);
	heap_walk_unmarked(&r->g.heap, visit_immortal, r);
	if (!r->gave_up && !confirm_lost(r, why))
		return false;
	if (r->gave_up)
		*why = "the reachability analysis did not finish in time: "
		       "timeout=SECONDS gives it longer";
	return !r->gave_up;
}

void
reach_fini(struct reach *r)
{
	recognize_end();
	hubs_fini(&r->hubs);
	bigarray_unmap(r->stack, r->n_room, sizeof *r->stack);
	bigarray_unmap(r->later, r->later_room, sizeof *r->later);
	bigarray_unmap(r->passing, r->passing_room, sizeof *r->passing);
	gather_fini(&r->g);
}
