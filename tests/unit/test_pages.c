#include "config.h"

#include "analysis/heap/pages.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "analysis/heap/maps.h"
#include "analysis/heap/reserved.h"
#include "refuse.h"
#include "tap.h"

/* Entry by entry the reserved space would take a minute. */
enum { SECONDS = 10, PLACES = 5 };

#define RESERVED ((size_t)16 << 40)

static char *space;
static const size_t places[PLACES] = {
	0, 4096, (size_t)1 << 30, ((size_t)7 << 40) + 12288, RESERVED - 4096};

static size_t n_found, n_wrong;

static void
find(uintptr_t from, uintptr_t to, bool is_sure, void *ctx)
{
	size_t i, touched = 0;

	(void)ctx;
	for (i = 0; i < PLACES; i++) {
		uintptr_t at = (uintptr_t)space + places[i];

		touched += from <= at && at < to;
	}
	n_found += touched;
	/* Huge pages are touched as a whole. */
	n_wrong += !touched || !is_sure || to - from > (size_t)4 << 20;
}

/* The mappings that lie in the reserved space; their neighbours join them. */
static int
walk(void *ctx)
{
	struct maps maps;
	clock_t started = clock();
	int pagemap = pages_open();
	size_t i;

	(void)ctx;
	n_found = n_wrong = 0;
	if (!maps_read(&maps, 0))
		return 1;
	if (reserved_cut(&maps)) {
		maps_fini(&maps);
		if (!maps_read(&maps, 0))
			return 1;
	}
	for (i = 0; i < maps.n; i++) {
		struct map map = maps.all[i];

		if (map.start < (uintptr_t)space)
			map.start = (uintptr_t)space;
		if (map.end > (uintptr_t)space + RESERVED)
			map.end = (uintptr_t)space + RESERVED;
		if (map.start < map.end)
			pages_walk(pagemap, &map, find, NULL);
	}
	pages_close(pagemap);
	maps_fini(&maps);
	if (n_found != PLACES || n_wrong)
		return 2;
	return (clock() - started) / CLOCKS_PER_SEC < SECONDS ? 0 : 3;
}

static void
untouched(void)
{
	struct maps maps;
	const struct map *map;
	char *own = mmap(NULL, 3 << 20, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	/* A mapping of its own, between two that differ. */
	mprotect(own, 1 << 20, PROT_READ);
	mprotect(own + (2 << 20), 1 << 20, PROT_READ);
	ok(maps_read(&maps, 0) &&
		   (map = maps_find(&maps, (uintptr_t)own + (1 << 20))) &&
		   map->flags & MAP_IS_UNTOUCHED,
	   "memory that was never written is known as such");
	maps_fini(&maps);
	own[(1 << 20) + 5000] = 1;
	ok(maps_read(&maps, 0) &&
		   (map = maps_find(&maps, (uintptr_t)own + (1 << 20))) &&
		   !(map->flags & MAP_IS_UNTOUCHED),
	   "one page of it is enough");
	maps_fini(&maps);
	munmap(own, 3 << 20);
}

int
main(void)
{
	int result;
	size_t i;

	untouched();
	space = mmap(NULL, RESERVED, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (space == MAP_FAILED) {
		ok(true, "# SKIP no address space can be reserved here");
		return tap_done();
	}
	for (i = 0; i < PLACES; i++)
		space[places[i]] = 1;
	is_number(walk(NULL), 0, "what was touched in 16 TiB is found");
	result = refuse_in_child(SYS_ioctl, -1, ENOTTY, walk, NULL);
	if (result < 0)
		ok(true, "# SKIP no seccomp filter can be set here");
	else
		is_number(result, 0, "so it is by kernels before 6.7");
	return tap_done();
}
