#include "config.h"

#include "analysis/reach/preattach.h"

#include <elf.h>
#include <link.h>
#include <string.h>

#include "analysis/reach/blocks.h"
#include "analysis/reach/roots.h"
#include "python/objects.h"
#include "python/peek.h"

struct count {
	struct reach *r;
	size_t n;
};

bool
preattach_is_interpreters(const struct maps *maps, uintptr_t address)
{
	const struct map *map = maps_find(maps, (uintptr_t)py.PyType_Type);

	return map && address >= map->start && address < map->end;
}

/* Types whose objects programs change, or make by the thousand. */
static bool
is_mutable(const void *type)
{
	const unsigned long flags = FLAG_LIST | FLAG_DICT | FLAG_EXCEPTION;

	return type_flags(type) & flags || type_is_subtype(type, py.PySet_Type);
}

bool
preattach_is_constant(const struct maps *maps, const void *type)
{
	return preattach_is_interpreters(maps, (uintptr_t)type) &&
	       !(type_flags(type) & FLAG_HEAPTYPE) && !is_mutable(type);
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
		    preattach_is_constant(&c->r->g.maps, object_type(o)))
			c->n++;
}

/*
 * Where the variables end whose first part is this mapping of a file: what
 * follows them may have become one with what others have mapped.  The file's
 * header stands at the start of its first mapping.
 */
static uintptr_t
end_of_data(const struct maps *maps, const struct map *map)
{
	const struct map *first = map;
	ElfW(Ehdr) file;
	ElfW(Phdr) segment;
	uintptr_t bias;
	size_t i;

	for (;; first--) {
		if (peek(&file, first->start, sizeof file) &&
		    !memcmp(file.e_ident, ELFMAG, SELFMAG))
			break;
		if (first == maps->all || first[-1].end != first->start)
			return map->end;
	}
	bias = file.e_type == ET_EXEC ? 0 : first->start;
	for (i = 0; i < file.e_phnum; i++) {
		uintptr_t start;

		if (!peek(&segment,
			  first->start + file.e_phoff + i * sizeof segment,
			  sizeof segment))
			break;
		start = bias + segment.p_vaddr;
		if (segment.p_type == PT_LOAD && start < map->end &&
		    start + segment.p_memsz > map->start)
			return start + segment.p_memsz;
	}
	return map->end;
}

size_t
preattach_count(struct reach *r)
{
	const unsigned wanted = MAP_IS_READABLE | MAP_IS_WRITABLE | MAP_IS_FILE;
	const unsigned unwanted = MAP_IS_SHARED | MAP_IS_DEVICE;
	const struct maps *maps = &r->g.maps;
	struct count c = {.r = r};
	size_t i;

	for (i = 0; i < maps->n; i++) {
		const struct map *map = &maps->all[i];

		if ((map->flags & (wanted | unwanted)) == wanted &&
		    !preattach_is_interpreters(maps, map->start))
			roots_visit_data(&r->g, map->start,
					 end_of_data(maps, map), count_words,
					 &c);
	}
	return c.n;
}
