#include "config.h"

#include "analysis/heap/maps.h"

#include <errno.h>
#include <sys/mman.h>

#include "common/ownmap.h"
#include "tap.h"

enum { PAGE = 4096, MANY = 3000 };

/* All of its pages: AddressSanitizer has too many to ask for each. */
static bool
is_mapped(const struct map *map)
{
	return msync((void *)map->start, map->end - map->start, MS_ASYNC) ==
		       0 ||
	       errno != ENOMEM;
}

/* What it says can be read is there, and is not ours. */
static void
lists_what_is_there(const char *when)
{
	struct maps maps;
	int missing = 0;
	size_t i;

	if (!ok(maps_read(&maps, 0), "the list is read, %s", when))
		return;
	for (i = 0; i < maps.n; i++) {
		const struct map *map = &maps.all[i];

		if (map->flags & MAP_IS_WRITABLE &&
		    !(map->flags & MAP_IS_SPECIAL))
			missing += !is_mapped(map);
	}
	is_number(missing, 0, "mappings with pages that are not there, %s",
		  when);
	for (i = 1; i < maps.n; i++)
		if (maps.all[i].start < maps.all[i - 1].end)
			break;
	ok(i == maps.n, "they are in order, %s", when);
	maps_fini(&maps);
}

static void
ours(void)
{
	char *own[8], *other;
	struct maps maps;
	int i, seen = 0;

	/* Side by side: the kernel shows them as one. */
	for (i = 0; i < 8; i++)
		own[i] = ownmap(PAGE);
	other = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ok(maps_read(&maps, 0), "the list is read");
	for (i = 0; i < 8; i++)
		seen += maps_find(&maps, (uintptr_t)own[i]) != NULL;
	is_number(seen, 0, "none of our memory is on it");
	ok(maps_can_read(&maps, (uintptr_t)other, PAGE), "its neighbour is");
	maps_fini(&maps);
	for (i = 0; i < 8; i++)
		ownunmap(own[i], PAGE);
	munmap(other, PAGE);
}

int
main(void)
{
	char *all;
	int i;

	lists_what_is_there("with few mappings");
	ours();
	all = mmap(NULL, (size_t)2 * MANY * PAGE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < MANY; i++)
		mprotect(all + (size_t)2 * (size_t)i * PAGE, PAGE, PROT_READ);
	lists_what_is_there("with many");
	return tap_done();
}
