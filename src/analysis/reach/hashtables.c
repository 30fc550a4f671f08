#include "config.h"

#include "analysis/reach/hashtables.h"

#include "analysis/base/bigarray.h"
#include "analysis/reach/blocks.h"
#include "python/entries.h"
#include "python/holds.h"
#include "python/objects.h"

enum { FIRST_PASSING = 1 << 10 };

/* Is it a weak reference that is called back when garbage is collected? */
static bool
dies_with_garbage(const struct reach *r, uintptr_t word)
{
	void *o, *to;
	uintptr_t node = reach_node_of(r, word, &o);

	to = node && o ? holds_weakly(o) : NULL;
	node = to ? heap_find(&r->g.heap, (uintptr_t)to) : 0;
	return node && heap_is(&r->g.heap, node, HEAP_PASSING);
}

/*
 * The callback of a weak reference takes it out of its container, with what
 * stands beside it: WeakSet, WeakKeyDictionary, WeakValueDictionary.  So what
 * only such an entry holds goes with the garbage.
 */
static bool
put_off(struct reach *r, const struct span *words)
{
	const uintptr_t *p = (const uintptr_t *)words->start;
	const uintptr_t *end = (const uintptr_t *)words->end;
	struct span *grown;

	for (; p < end && !dies_with_garbage(r, *p); p++)
		;
	if (p == end)
		return false;
	grown = bigarray_grow(r->passing, r->n_passing, &r->passing_room,
			      FIRST_PASSING, sizeof *grown);
	if (!grown)
		return false;
	r->passing = grown;
	r->passing[r->n_passing++] = *words;
	return true;
}

void
hashtables_visit(struct reach *r, const void *o,
		 void (*visit)(const uintptr_t *from, const uintptr_t *to,
			       void *ctx),
		 void *ctx)
{
	uintptr_t memory = entries_memory(o), node, end, at;
	bool may_put_off = r->has_garbage && !r->in_passing;
	struct entries e;

	node = memory ? heap_find(&r->g.heap, memory) : 0;
	/* Inside an object it is a small set's own table. */
	if (!node || heap_is_marked(&r->g.heap, node) || reach_object(r, node))
		return;
	end = heap_end(&r->g.heap, node);
	if (!entries_find(o, memory, end, &e))
		return;
	heap_mark(&r->g.heap, node);
	for (at = e.start; at < e.end; at += e.bytes) {
		struct span words = entries_words(&e, at);

		if (!may_put_off || !put_off(r, &words))
			visit((uintptr_t *)words.start, (uintptr_t *)words.end,
			      ctx);
	}
}

bool
hashtables_are_free(const struct reach *r, uintptr_t node, uintptr_t *next)
{
	return !heap_is(&r->g.heap, node, HEAP_FOREIGNERS) &&
	       entries_are_free(node, heap_end(&r->g.heap, node), next) &&
	       (!*next || heap_find(&r->g.heap, *next) == *next);
}
