#include "config.h"

#include "analysis/reach/blocks.h"

#include <stddef.h>

#include "python/holds.h"
#include "python/objects.h"
#include "python/recognize.h"

/*
 * In a block of unknown origin.  What looks dead may be memory with a pointer
 * where objects have their reference count, and more behind it.
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

/* What is not an object is asked about once: most of it is visited often. */
void *
reach_find_object(const struct reach *r, uintptr_t node, bool *is_dead)
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
	void *o = reach_find_object(r, node, &is_dead);

	return is_dead ? NULL : o;
}

void *
reach_dead_object(const struct reach *r, uintptr_t node)
{
	bool is_dead;
	void *o = reach_find_object(r, node, &is_dead);

	return is_dead ? o : NULL;
}

bool
reach_is_dead(const struct reach *r, uintptr_t node)
{
	return reach_dead_object(r, node);
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

/* A block that is not an object, without the stale places in it. */
void
reach_visit_memory(const struct reach *r, uintptr_t from, uintptr_t to,
		   void (*visit)(const uintptr_t *from, const uintptr_t *to,
				 void *ctx),
		   void *ctx)
{
	const struct span *stale;

	if (holds_numbers(from, to))
		return;
	if (holds_text_alone(from, to))
		to = from + sizeof(uintptr_t);
	while ((stale = first_stale(r, from, to))) {
		visit((uintptr_t *)from, (uintptr_t *)stale->start, ctx);
		from = stale->end;
	}
	visit((uintptr_t *)from, (uintptr_t *)to, ctx);
}

/* Up to 3.10 a frame is a block of its own. */
static uintptr_t
end_of_frame(const struct reach *r, uintptr_t frame, uintptr_t end)
{
	size_t i;

	for (i = 0; i < r->s->n_dead; i++)
		if (r->s->dead[i].start > frame && r->s->dead[i].end <= end)
			return r->s->dead[i].start;
	return end;
}

/* The words of the object o that can hold others. */
void
reach_visit_object(const struct reach *r, void *o, uintptr_t end,
		   void (*visit)(const uintptr_t *from, const uintptr_t *to,
				 void *ctx),
		   void *ctx)
{
	struct span spans[HOLDS_SPANS + 1];
	size_t n, i;

	if (object_type(o) == py.PyFrame_Type)
		end = end_of_frame(r, (uintptr_t)o, end);
	n = holds_spans(o, end, spans);
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
		reach_visit_object(r, o, end, visit, ctx);
	else
		reach_visit_memory(r, node, end, visit, ctx);
}

uintptr_t
reach_node_of(const struct reach *r, uintptr_t word, void **object)
{
	uintptr_t address = reach_untagged(word);
	uintptr_t node = heap_find(&r->g.heap, address);

	*object = NULL;
	if (!node)
		return 0;
	*object = reach_object(r, node);
	/*
	 * The collector's header is on its lists: such a pointer holds nothing.
	 */
	return *object && address < (uintptr_t)*object ? 0 : node;
}

bool
reach_may_be_packed(const struct reach *r, uintptr_t node)
{
	void *o = reach_object(r, node);

	return !o || !holds_in_words(object_type(o));
}
