#include "config.h"

#include "analysis/reach/hashtables.h"

#include "analysis/reach/blocks.h"
#include "python/entries.h"

void
hashtables_visit(struct reach *r, const void *o,
	     void (*visit)(const uintptr_t *from, const uintptr_t *to,
			   void *ctx),
	     void *ctx)
{
	uintptr_t memory = entries_memory(o), node, end, at;
	struct entries e;

	node = memory ? heap_find(&r->g.heap, memory) : 0;
	/* Inside an object it is a small set's own table. */
	if (!node || heap_is_marked(&r->g.heap, node) || reach_object(r, node))
		return;
	end = heap_end(&r->g.heap, node);
	if (!entries_find(o, memory, end, &e))
		return;
	heap_mark(&r->g.heap, node);
	visit((uintptr_t *)node, (uintptr_t *)e.start, ctx);
	for (at = e.start; at < e.end; at += e.bytes) {
		uintptr_t hash = at + e.hash;

		visit((uintptr_t *)at, (uintptr_t *)hash, ctx);
		visit((uintptr_t *)(hash + sizeof hash),
		      (uintptr_t *)(at + e.bytes), ctx);
	}
	visit((uintptr_t *)e.end, (uintptr_t *)end, ctx);
}
