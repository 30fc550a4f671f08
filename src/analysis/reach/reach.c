#include "config.h"

#include "analysis/reach/reach.h"

#include <string.h>

#include "analysis/base/bigarray.h"
#include "analysis/reach/confirm.h"
#include "analysis/reach/roots.h"
#include "analysis/reach/tables.h"
#include "analysis/reach/uncounted.h"
#include "python/holds.h"
#include "python/objects.h"
#include "python/recognize.h"
#include "python/stringtable.h"

/* A tag in the low bits is CPython's way to say more with a pointer. */
#define WITHOUT_TAG(word) ((word) & ~(uintptr_t)7)

enum { FIRST_LATER = 1 << 16 };

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
 * Nodes are aligned: the lowest bit says that a stack points to it, the next
 * two at which of its places a living object is known to be.
 */
#define ON_STACK ((uintptr_t)1)
#define PLACE_SHIFT 1
#define PLACES ((uintptr_t)3 << PLACE_SHIFT)

/* If many words may lead to the object, they are counted from now on. */
static void
note_hub(struct reach *r, uintptr_t node, void *o, int64_t found)
{
	int64_t refs = object_refcount(o);

	if (refs < REACH_HUB_REFERENCES || object_is_immortal(o))
		return;
	hubs_add(&r->hubs, &(struct hub){.node = node, .object = o,
					 .refcount = refs, .found = found});
}

static void
push(struct reach *r, uintptr_t node, uintptr_t place)
{
	heap_mark(&r->g.heap, node);
	if (__builtin_expect(r->in_passing, 0))
		heap_note(&r->g.heap, node, HEAP_PASSING);
	r->stack[r->n_stack++] = node | place << PLACE_SHIFT |
				 (r->in_stacks ? ON_STACK : 0);
}

/*
 * In a block of which nobody knows who asked for it.  What looks dead may be
 * memory with a pointer where objects have their count, and more behind it.
 */
static void *
prove_object(const struct heap *h, uintptr_t node, bool *is_dead)
{
	size_t size = heap_end(h, node) - node;
	void *o = recognize_object(node, size, is_dead);

	if (o && !*is_dead && recognize_fits(o, node, size)) {
		heap_take_back(h, node, HEAP_UNPROVEN);
		return o;
	}
	*is_dead = false;
	return NULL;
}

/* What is no object is asked about once: most of it is much visited. */
static void *
find_object(const struct reach *r, uintptr_t node, bool *is_dead)
{
	const struct heap *h = &r->g.heap;
	void *o;

	*is_dead = false;
	if (!heap_is(h, node, HEAP_OBJECTS))
		return NULL;
	if (heap_is(h, node, HEAP_UNPROVEN))
		o = prove_object(h, node, is_dead);
	else
		o = recognize_object(node, heap_end(h, node) - node, is_dead);
	if (!o)
		heap_take_back(h, node, HEAP_OBJECTS);
	return o;
}

void *
reach_object(const struct reach *r, uintptr_t node)
{
	bool is_dead;
	void *o = find_object(r, node, &is_dead);

	return is_dead ? NULL : o;
}

void *
reach_dead_object(const struct reach *r, uintptr_t node)
{
	bool is_dead;
	void *o = find_object(r, node, &is_dead);

	return is_dead ? o : NULL;
}

bool
reach_is_dead(const struct reach *r, uintptr_t node)
{
	return reach_dead_object(r, node);
}

/*
 * An old pointer may lead into a table: wait for the dict or set that knows
 * what in it holds something.
 */
static bool
is_for_later(struct reach *r, uintptr_t node)
{
	bool is_held = !r->in_stacks && !r->in_roots, is_dead;
	uintptr_t *later;

	if (r->ends_waiting ||
	    (!r->in_stacks && heap_is(&r->g.heap, node, HEAP_FOREIGNERS)))
		return false;
	if (heap_is(&r->g.heap, node, HEAP_POSTPONED)) {
		if (!is_held || heap_is(&r->g.heap, node, HEAP_HELD))
			return true;
		/* Once more: mark_later() may have passed it by. */
	} else if (find_object(r, node, &is_dead)) {
		return false;
	}
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

static void
visit_word(struct reach *r, uintptr_t word)
{
	uintptr_t address = WITHOUT_TAG(word);
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
		o = find_object(r, node, &is_dead);
		/* The collector's header is on its lists: that holds nobody. */
		if (address < (uintptr_t)o)
			return;
		if (o && !is_dead) {
			place = recognize_place((uintptr_t)o - node);
			note_hub(r, node, o, 1);
		}
	}
	if (!is_for_later(r, node))
		push(r, node, place);
}

static void
visit_words(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	const uintptr_t *p;

	for (p = from; p < to; p++)
		visit_word(ctx, *p);
}

void
reach_visit(struct reach *r, const uintptr_t *from, const uintptr_t *to)
{
	visit_words(from, to, r);
}

uintptr_t
reach_buffer(const struct reach *r, void *o, struct span *used)
{
	uintptr_t node, end;

	if (!holds_buffer(o, used))
		return 0;
	node = heap_find(&r->g.heap, used->start);
	if (!node || reach_object(r, node))
		return 0; /* inside another object, or not a block of its own */
	end = heap_end(&r->g.heap, node);
	if (!used->end)
		used->end = end;
	return used->end <= end ? node : 0;
}

/* The first stale place in [from, to), NULL if there is none. */
static const struct span *
first_stale(const struct reach *r, uintptr_t from, uintptr_t to)
{
	const struct span *cache = &r->uncounted[UNCOUNTED_ATTRIBUTES];
	const struct span *first = NULL;
	size_t i;

	/* The interpreter's state may be a block of the C heap. */
	if (cache->start >= from && cache->end <= to &&
	    cache->start < cache->end)
		first = cache;
	for (i = 0; i < r->s->n_stale; i++) {
		const struct span *stale = &r->s->stale[i];

		if (stale->start >= from && stale->end <= to &&
		    (!first || stale->start < first->start))
			first = stale;
	}
	return first;
}

/* A block that is no object, without the stale places in it. */
static void
visit_memory(const struct reach *r, uintptr_t from, uintptr_t to,
	     void (*visit)(const uintptr_t *from, const uintptr_t *to,
			   void *ctx),
	     void *ctx)
{
	const struct span *stale;

	if (holds_numbers(from, to))
		return;
	while ((stale = first_stale(r, from, to))) {
		visit((uintptr_t *)from, (uintptr_t *)stale->start, ctx);
		from = stale->end;
	}
	visit((uintptr_t *)from, (uintptr_t *)to, ctx);
}

/* The words of the object o that can hold others. */
static void
visit_object(const struct reach *r, void *o, uintptr_t end,
	     void (*visit)(const uintptr_t *from, const uintptr_t *to,
			   void *ctx),
	     void *ctx)
{
	struct span spans[HOLDS_SPANS + 1];
	size_t n = holds_spans(o, end, spans), i;

	if (reach_buffer(r, o, &spans[n]))
		n++;
	for (i = 0; i < n; i++)
		visit((uintptr_t *)spans[i].start,
		      (uintptr_t *)(spans[i].end & ~(uintptr_t)7), ctx);
}

void
reach_words(const struct reach *r, uintptr_t node,
	    void (*visit)(const uintptr_t *from, const uintptr_t *to,
			  void *ctx),
	    void *ctx)
{
	void *o = reach_object(r, node);
	uintptr_t end = heap_end(&r->g.heap, node);

	if (o)
		visit_object(r, o, end, visit, ctx);
	else
		visit_memory(r, node, end, visit, ctx);
}

uintptr_t
reach_node_of(const struct reach *r, uintptr_t word, void **object)
{
	uintptr_t address = WITHOUT_TAG(word);
	uintptr_t node = heap_find(&r->g.heap, address);

	*object = NULL;
	if (!node)
		return 0;
	*object = reach_object(r, node);
	/* The collector's header is on its lists: that holds nobody. */
	return *object && address < (uintptr_t)*object ? 0 : node;
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
	struct span used;
	void *o = place ? (void *)(node + recognize_offset(place)) :
			  find_object(r, node, &is_dead);

	if (!o || (is_dead && is_on_stack)) {
		size_t before = r->n_hits;

		visit_memory(r, node, end, visit_words, r);
		if (r->n_hits != before)
			heap_note(&r->g.heap, node, HEAP_LEADS);
	} else if (is_dead) {
		visit_word(r, object_word(o, 0));
	} else {
		r->n_objects++;
		/* What first led to it may have led to its inside. */
		note_hub(r, node, o, 1);
		buffer = reach_buffer(r, o, &used);
		/* Visited with its owner, as far as it is in use. */
		if (buffer)
			heap_mark(&r->g.heap, buffer);
		tables_visit(r, o, visit_words, r);
		visit_object(r, o, end, visit_words, r);
	}
}

static void
drain(struct reach *r)
{
	while (r->n_stack && !reach_is_late(r))
		visit_node(r, r->stack[--r->n_stack]);
}

/*
 * Memory that only stacks and variables of C lead to comes last, behind garbage:
 * an old word there takes nothing from its owner.
 */
static void
mark_later(struct reach *r, bool is_last)
{
	size_t i;

	for (i = 0; i < r->n_later; i++) {
		if (!is_last && !heap_is(&r->g.heap, r->later[i], HEAP_HELD))
			continue;
		if (!heap_is_marked(&r->g.heap, r->later[i]))
			push(r, r->later[i], 0);
		drain(r);
	}
	r->ends_waiting = true;
}

void
reach_mark_node(struct reach *r, uintptr_t node)
{
	push(r, node, 0);
	drain(r);
}

bool
reach_may_be_packed(const struct reach *r, uintptr_t node)
{
	void *o = reach_object(r, node);

	return !o || !holds_in_words(object_type(o));
}

/*
 * What the side table calls dead may live again: the tracer sees the death
 * before the finalizer, which may put the object back into use.  What looks
 * alive holds what it has, but is not accused itself, for old data has many
 * looks; what looks dead is judged like any other; the rest is marked and never
 * looked into.
 */
static int
settle_dead(const struct source_range *b, void *ctx)
{
	struct reach *r = ctx;
	uintptr_t node = b->is_dead ? heap_find(&r->g.heap, b->start) : 0;
	bool is_dead;

	if (!node)
		return 0;
	if (!find_object(r, node, &is_dead))
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
		push(r, node, 0);
		drain(r);
	}
	return r->gave_up;
}

/*
 * The collector is exact: whatever leads to garbage is an old word, and leads to
 * nothing of what that holds.  So garbage is marked before all else, and looked
 * into when all else is.
 */
static void
set_garbage_apart(struct reach *r, const struct mirror *m,
		  const struct unreachable *garbage)
{
	size_t i;

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
			note_hub(r, node, (void *)o, 0);
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

		/* Several may be in one block of somebody's own allocator. */
		if (!node || !heap_is(&r->g.heap, node, HEAP_POSTPONED))
			continue;
		heap_take_back(&r->g.heap, node, HEAP_POSTPONED);
		push(r, node, 0);
	}
	drain(r);
	r->in_passing = false;
}

/* Of roots that are no stacks. */
static void
visit_roots(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	struct reach *r = ctx;
	const uintptr_t *p;

	for (p = from; p < to; p++) {
		uintptr_t node = heap_find(&r->g.heap, WITHOUT_TAG(*p));

		if (node)
			heap_note(&r->g.heap, node, HEAP_ROOTED);
		visit_word(r, *p);
	}
}

/* Nobody else has led to them: the next names that are looked up drop them. */
static void
mark_from_cache(struct reach *r)
{
	r->in_passing = true;
	uncounted_visit_names(r);
	drain(r);
	r->in_passing = false;
}

bool
reach_mark(struct reach *r, const struct source *s, const struct mirror *m,
	   const struct unreachable *garbage, const struct outside *o,
	   const char **why)
{
	memset(r, 0, sizeof *r);
	r->s = s;
	r->outside = o;
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
	r->root_bytes = roots_visit(&r->g, ROOTS_STACKS, visit_words, r);
	if (s->n_stack_words)
		reach_visit(r, s->stack_words,
			    s->stack_words + s->n_stack_words);
	r->in_stacks = false;
	drain(r);
	r->in_roots = true;
	r->root_bytes += roots_visit(&r->g, ROOTS_OTHERS, visit_roots, r);
	r->in_roots = false;
	reach_visit(r, o->words, o->words + o->n);
	drain(r);
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
	gather_fini(&r->g);
}
