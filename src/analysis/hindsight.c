#include "config.h"

#include "analysis/hindsight.h"

#include "analysis/roots.h"
#include "python/objects.h"

struct count {
	struct reach *r;
	size_t n;
};

/* The data of whatever file has PyType_Type: the interpreter's own. */
static bool
is_interpreters(const struct maps *maps, uintptr_t address)
{
	const struct map *map = maps_find(maps, (uintptr_t)py.PyType_Type);
	const struct map *last = maps->all + maps->n - 1;
	uintptr_t start, end;

	if (!map)
		return false;
	start = map->start;
	end = map->end;
	while (map < last && map[1].start == end &&
	       roots_has_data(maps, &map[1]) && map[1].flags & MAP_IS_WRITABLE)
		end = (++map)->end;
	return address >= start && address < end;
}

/* Those whose objects programs change, or make by the thousand. */
static bool
is_mutable(const void *type)
{
	const unsigned long flags = FLAG_LIST | FLAG_DICT | FLAG_EXCEPTION;

	return type_flags(type) & flags || type_is_subtype(type, py.PySet_Type);
}

bool
hindsight_is_constant(const struct maps *maps, const void *type)
{
	return is_interpreters(maps, (uintptr_t)type) &&
	       !(type_flags(type) & FLAG_HEAPTYPE) && !is_mutable(type);
}

bool
hindsight_may_be_constants(const struct maps *maps, const struct group *group,
			   size_t kept)
{
	size_t i;

	for (i = 0; i < group->n_classes; i++)
		if (!hindsight_is_constant(maps,
					   group->classes[i].class->address))
			return false;
	return (size_t)group->count <= kept;
}

static void
count_words(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	struct count *c = ctx;
	const uintptr_t *p;
	void *o;

	for (p = from; p < to; p++)
		if (reach_node_of(c->r, *p, &o) && (uintptr_t)o == *p &&
		    !(type_flags(object_type(o)) & FLAG_TYPE) &&
		    hindsight_is_constant(&c->r->g.maps, object_type(o)))
			c->n++;
}

size_t
hindsight_count(struct reach *r)
{
	const unsigned wanted = MAP_IS_READABLE | MAP_IS_WRITABLE;
	const struct maps *maps = &r->g.maps;
	struct count c = {.r = r};
	size_t i;

	for (i = 0; i < maps->n; i++) {
		const struct map *map = &maps->all[i];

		if ((map->flags & (wanted | MAP_IS_DEVICE)) == wanted &&
		    roots_has_data(maps, map) &&
		    !is_interpreters(maps, map->start))
			roots_visit_data(&r->g, map, count_words, &c);
	}
	return c.n;
}
