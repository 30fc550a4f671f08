#include "config.h"

#include "analysis/interned.h"

#include "analysis/chunks.h"
#include "python/api.h"
#include "python/stringtable.h"

/*
 * The interpreter keeps its table in static memory: in a variable of its own, or
 * in the main interpreter's state (3.12+), which is part of _PyRuntime.
 */
static void *
find_table(const struct reach *r, uintptr_t from, uintptr_t to)
{
	uintptr_t at;

	/* Debian's static 3.13 has it at odd halves of words. */
	for (at = from; at + sizeof(uintptr_t) <= to; at += 4) {
		uintptr_t word = *(const volatile uintptr_t *)at;
		void *o;

		if (word & 7 || !heap_find(&r->g.heap, word) ||
		    !reach_node_of(r, word, &o) || (uintptr_t)o != word)
			continue;
		if (stringtable_is(o))
			return o;
	}
	return NULL;
}

static bool
is_data(const struct map *map)
{
	const unsigned wanted = MAP_IS_READABLE | MAP_IS_WRITABLE;

	return (map->flags & (wanted | MAP_IS_SHARED | MAP_IS_HEAP)) == wanted;
}

/* The data of the interpreter's module: around a type that lives there. */
static void *
search_module(const struct reach *r)
{
	const struct maps *m = &r->g.maps;
	const struct map *first = maps_find(m, (uintptr_t)py.PyDict_Type);
	const struct map *map, *end = m->all + m->n;
	void *table = NULL;

	if (!first)
		return NULL;
	while (first > m->all && first[-1].end == first->start &&
	       is_data(&first[-1]))
		first--;
	for (map = first; !table && map < end && is_data(map) &&
			  (map == first || map[-1].end == map->start);
	     map++)
		table = find_table(r, map->start, map->end);
	return table;
}

void
interned_cut_out(struct reach *r)
{
	void *table = search_module(r);
	uintptr_t entries, node, end;

	if (!table)
		return;
	entries = stringtable_entries(table);
	node = heap_find(&r->g.heap, entries);
	if (node) {
		heap_mark(&r->g.heap, node); /* and never look into it */
		return;
	}
	/* In a mapping of its own it is no node. */
	end = chunks_end_of_mapped(entries);
	if (end && maps_can_read(&r->g.maps, entries, end - entries))
		ranges_add(&r->g.not_roots, entries, end);
}
