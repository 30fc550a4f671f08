#include "config.h"

#include "analysis/heap/guards.h"

#include "analysis/base/bigarray.h"
#include "analysis/base/ranges.h"
#include "analysis/heap/pages.h"
#include "python/peek.h"

static bool
can_read(uintptr_t address)
{
	char byte;

	return peek(&byte, address, 1);
}

/* In swap, or a guard: one run may have both, but seldom has. */
static void
look_at(uintptr_t from, uintptr_t to, bool is_sure, void *ctx)
{
	if (is_sure || (can_read(from) && can_read(to - PAGES_BYTES)))
		return;
	for (; from < to; from += PAGES_BYTES)
		if (!can_read(from))
			ranges_add(ctx, from, from + PAGES_BYTES);
}

static void
find(const struct maps *m, struct ranges *guards)
{
	const unsigned others =
		MAP_IS_FILE | MAP_IS_SHARED | MAP_IS_SPECIAL | MAP_IS_DEVICE;
	int pagemap = pages_open();
	size_t i;

	for (i = 0; i < m->n && pagemap >= 0; i++)
		if ((m->all[i].flags & (MAP_IS_READABLE | others)) ==
		    MAP_IS_READABLE)
			pages_walk(pagemap, &m->all[i], look_at, guards);
	pages_close(pagemap);
	ranges_sort(guards);
}

/* The pieces of the mapping around the guards; how many. */
static size_t
split(const struct map *map, const struct ranges *guards, struct map *out)
{
	size_t i = ranges_after(guards, map->start), n = 0;
	uintptr_t at = map->start;

	for (; i < guards->n && guards->all[i].start < map->end; i++) {
		if (guards->all[i].start > at)
			out[n++] = (struct map){at, guards->all[i].start,
						map->flags};
		at = guards->all[i].end;
	}
	if (at < map->end)
		out[n++] = (struct map){at, map->end, map->flags};
	return n;
}

bool
guards_cut_out(struct maps *m)
{
	struct ranges guards = {0};
	size_t room, n = 0, i;
	struct map *all;
	bool ok;

	find(m, &guards);
	room = m->n + guards.n + 64;
	ok = !guards.failed;
	all = ok && guards.n ? bigarray_map(room, sizeof *all) : NULL;
	for (i = 0; all && i < m->n; i++)
		n += split(&m->all[i], &guards, all + n);
	ok = ok && (all || !guards.n);
	ranges_fini(&guards);
	if (!all)
		return ok;
	bigarray_unmap(m->all, m->n_room, sizeof *m->all);
	m->all = all;
	m->n = n;
	m->n_room = room;
	m->last = NULL;
	return true;
}
