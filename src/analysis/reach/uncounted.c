#include "config.h"

#include "analysis/reach/uncounted.h"

#include "analysis/heap/mappedchunks.h"
#include "analysis/reach/blocks.h"
#include "analysis/reach/mark.h"
#include "python/api.h"
#include "python/entries.h"
#include "python/objects.h"
#include "python/stringtable.h"
#include "python/typecache.h"
#include "python/versioncache.h"

static struct maps *readable;

static bool
can_read(uintptr_t address, size_t n)
{
	return maps_can_read(readable, address, n);
}

/* ---- where they are ---- */

static bool
is_data(const struct map *map)
{
	const unsigned wanted = MAP_IS_READABLE | MAP_IS_WRITABLE;

	return (map->flags & (wanted | MAP_IS_SHARED | MAP_IS_HEAP)) == wanted;
}

/* The data of the interpreter's module: around a type that lives there. */
static bool
find_data(const struct maps *m, uintptr_t *from, uintptr_t *to)
{
	const struct map *first = maps_find(m, (uintptr_t)py.PyDict_Type);
	const struct map *last = first, *end = m->all + m->n;

	if (!first)
		return false;
	while (first > m->all && first[-1].end == first->start &&
	       is_data(&first[-1]))
		first--;
	while (last + 1 < end && last->end == last[1].start &&
	       is_data(&last[1]))
		last++;
	*from = first->start;
	*to = last->end;
	return true;
}

/* ---- the table of interned strings ---- */

static void *
find_table(const struct reach *r, uintptr_t from, uintptr_t to)
{
	uintptr_t at;
	void *o;

	from += stringtable_shift();
	for (at = from; at + sizeof at <= to; at += sizeof at) {
		uintptr_t word = unaligned_word(at);

		if (!(word & 7) && heap_find(&r->g.heap, word) &&
		    reach_node_of(r, word, &o) && (uintptr_t)o == word &&
		    stringtable_is(o))
			return o;
	}
	return NULL;
}

static void
cut_out(struct reach *r, size_t which, uintptr_t from, uintptr_t to)
{
	r->uncounted[which] = (struct span){from, to};
	ranges_add(&r->g.not_roots, from, to);
}

static void
cut_out_table(struct reach *r, uintptr_t from, uintptr_t to)
{
	void *table = find_table(r, from, to);
	uintptr_t entries, node, end;

	if (!table)
		return;
	entries = entries_memory(table);
	node = heap_find(&r->g.heap, entries);
	if (node) {
		heap_mark(&r->g.heap, node); /* and never look into it */
		return;
	}
	/* In a mapping of its own it is not a node. */
	end = mappedchunks_end(entries);
	if (end && can_read(entries, end - entries))
		cut_out(r, UNCOUNTED_STRINGS, entries, end);
}

/* ---- the cache of types' attributes ---- */

static void
cut_out_cache(struct reach *r, uintptr_t from, uintptr_t to)
{
	uintptr_t start, end;
	size_t bytes;

	start = typecache_find(from, to, can_read, &end);
	if (!start) {
		from = typecache_state(&bytes);
		while (from && bytes && !can_read(from, bytes))
			bytes /= 2;
		if (from && bytes)
			start = typecache_find(from, from + bytes, can_read,
					       &end);
	}
	if (start)
		cut_out(r, UNCOUNTED_ATTRIBUTES, start, end);
}

void
uncounted_visit_names(struct reach *r)
{
	const struct span *cache = &r->uncounted[UNCOUNTED_ATTRIBUTES];
	uintptr_t at, name;

	for (at = cache->start; at < cache->end; at += TYPECACHE_ENTRY) {
		name = unaligned_word(at + TYPECACHE_NAME);
		reach_visit(r, &name, &name + 1);
	}
}

/* ---- all of them ---- */

void
uncounted_visit_all(const struct reach *r,
		    void (*visit)(const uintptr_t *from, const uintptr_t *to,
				  void *ctx),
		    void *ctx)
{
	uintptr_t at, word;
	size_t i;

	for (i = 0; i < sizeof r->uncounted / sizeof *r->uncounted; i++)
		for (at = r->uncounted[i].start;
		     at + sizeof word <= r->uncounted[i].end;
		     at += sizeof word) {
			word = unaligned_word(at);
			visit(&word, &word + 1, ctx);
		}
}

void
uncounted_cut_out(struct reach *r)
{
	struct span versions[VERSIONCACHES];
	uintptr_t from, to;
	size_t i;

	readable = &r->g.maps;
	if (!find_data(&r->g.maps, &from, &to) || !can_read(from, to - from))
		return;
	cut_out_table(r, from, to);
	cut_out_cache(r, from, to);
	versioncache_find(from, to, can_read, versions);
	for (i = 0; i < VERSIONCACHES; i++)
		if (versions[i].start)
			cut_out(r, UNCOUNTED_VERSIONS + i, versions[i].start,
				versions[i].end);
}
