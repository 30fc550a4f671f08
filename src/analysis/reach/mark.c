#include "config.h"

#include "analysis/reach/mark.h"

#include <stddef.h>

#include "analysis/base/bigarray.h"
#include "analysis/reach/blocks.h"
#include "analysis/reach/hashtables.h"
#include "python/objects.h"
#include "python/recognize.h"

enum { FIRST_LATER = 1 << 16 };

/*
 * Nodes are aligned: the lowest bit says that a stack points to it, the next
 * two at which of its places a living object is known to be.
 */
#define ON_STACK ((uintptr_t)1)
#define PLACE_SHIFT 1
#define PLACES ((uintptr_t)3 << PLACE_SHIFT)

/* If many words may lead to the object, they are counted from now on. */
void
mark_hub(struct reach *r, uintptr_t node, void *o, int64_t found)
{
	int64_t refs = object_refcount(o);

	if (refs < REACH_HUB_REFERENCES || object_is_immortal(o))
		return;
	hubs_add(&r->hubs, &(struct hub){.node = node,
					 .object = o,
					 .refcount = refs,
					 .found = found});
}

void
mark_push(struct reach *r, uintptr_t node, uintptr_t place)
{
	heap_mark(&r->g.heap, node);
	if (__builtin_expect(r->in_passing, 0))
		heap_note(&r->g.heap, node, HEAP_PASSING);
	r->stack[r->n_stack++] =
		node | place << PLACE_SHIFT | (r->in_stacks ? ON_STACK : 0);
}

/*
 * A stale pointer may lead into a table: wait for the dict or set that knows
 * which of its words are references.
 */
static bool
is_for_later(struct reach *r, uintptr_t node)
{
	bool is_held = !r->in_stacks && !r->in_roots, is_dead;
	uintptr_t *later, next;

	if (r->ends_waiting ||
	    (!r->in_stacks && heap_is(&r->g.heap, node, HEAP_FOREIGNERS)))
		return false;
	if (heap_is(&r->g.heap, node, HEAP_POSTPONED)) {
		if (!is_held || heap_is(&r->g.heap, node, HEAP_HELD))
			return true;
		/* Once more: mark_later() may have passed it by. */
	} else if (reach_find_object(r, node, &is_dead)) {
		return false;
	}
	/* A dict that is dying still owns what it has not dropped yet. */
	if (r->in_stacks && hashtables_are_free(r, node, &next))
		return false;
	later = bigarray_grow(r->later, r->n_later, &r->later_room, FIRST_LATER,
			      sizeof *later);
	if (!later) {
		r->ends_waiting = true;
		return false;
	}
	r->later = later;
	r->later[r->n_later++] = node;
	heap_note(&r->g.heap, node, HEAP_POSTPONED);
	if (is_held)
		heap_note(&r->g.heap, node, HEAP_HELD);
	return true;
}

void
mark_word(struct reach *r, uintptr_t word)
{
	uintptr_t address = reach_untagged(word);
	uintptr_t node = heap_find(&r->g.heap, address), place = 0;
	bool is_dead;
	void *o;

	if (!node)
		return;
	r->n_hits++;
	if (heap_is_marked(&r->g.heap, node)) {
		hubs_count(&r->hubs, node);
		return;
	}
	if (address - node < OBJECT_MOST_BEFORE) {
		o = reach_find_object(r, node, &is_dead);
		/*
		 * The collector's header is on its lists: that holds nothing.
		 */
		if (address < (uintptr_t)o)
			return;
		if (o && !is_dead) {
			place = recognize_place((uintptr_t)o - node);
			mark_hub(r, node, o, 1);
		}
	}
	if (!is_for_later(r, node))
		mark_push(r, node, place);
}

void
mark_words(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	const uintptr_t *p;

	for (p = from; p < to; p++)
		mark_word(ctx, *p);
}

void
reach_visit(struct reach *r, const uintptr_t *from, const uintptr_t *to)
{
	mark_words(from, to, r);
}

bool
reach_is_late(struct reach *r)
{
	if (!(++r->ticks & 0xffff) && r->s->is_late())
		r->gave_up = true;
	return r->gave_up;
}

/*
 * A dead object on a stack may be half destroyed and still own the rest;
 * elsewhere it is in a free list, whose next member is all that it holds.
 */
static void
visit_node(struct reach *r, uintptr_t entry)
{
	uintptr_t node = entry & ~(ON_STACK | PLACES), buffer;
	uintptr_t end = heap_end(&r->g.heap, node);
	uintptr_t place = (entry & PLACES) >> PLACE_SHIFT;
	bool is_dead = false, is_on_stack = entry & ON_STACK;
	uintptr_t next;
	struct span used;
	void *o = place ? (void *)(node + recognize_offset(place)) :
			  reach_find_object(r, node, &is_dead);

	if (!o && !is_on_stack && hashtables_are_free(r, node, &next)) {
		mark_word(r, next);
	} else if (!o || (is_dead && is_on_stack)) {
		size_t before = r->n_hits;

		reach_visit_memory(r, node, end, mark_words, r);
		if (r->n_hits != before)
			heap_note(&r->g.heap, node, HEAP_LEADS);
	} else if (is_dead) {
		mark_word(r, object_word(o, 0));
	} else {
		r->n_objects++;
		/* What first led to it may have led to its inside. */
		mark_hub(r, node, o, 1);
		buffer = reach_buffer(r, o, &used);
		/* Visited with its owner, as far as it is in use. */
		if (buffer)
			heap_mark(&r->g.heap, buffer);
		hashtables_visit(r, o, mark_words, r);
		reach_visit_object(r, o, end, mark_words, r);
	}
}

void
mark_drain(struct reach *r)
{
	while (r->n_stack && !reach_is_late(r))
		visit_node(r, r->stack[--r->n_stack]);
}

/*
 * Memory that only stacks and variables of C lead to comes last, behind
 * garbage: an old word there takes nothing from its owner.
 */
void
mark_later(struct reach *r, bool is_last)
{
	size_t i;

	for (i = 0; i < r->n_later; i++) {
		if (!is_last && !heap_is(&r->g.heap, r->later[i], HEAP_HELD))
			continue;
		if (!heap_is_marked(&r->g.heap, r->later[i]))
			mark_push(r, r->later[i], 0);
		mark_drain(r);
	}
	r->ends_waiting = true;
}

void
reach_mark_node(struct reach *r, uintptr_t node)
{
	mark_push(r, node, 0);
	mark_drain(r);
}
