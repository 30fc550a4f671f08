#include "config.h"

#include "analysis/heap/reserved.h"

#include <sys/mman.h>

#include "analysis/heap/maps.h"
#include "analysis/heap/pages.h"

enum { MOST_PIECES = 8192 }; /* of 65530 that a process may have */

#define PIECE ((uintptr_t)4 << 30)

/*
 * Every other piece gets a flag that does not matter, so that the kernel splits
 * the mapping.
 */
static bool
cut(const struct map *map)
{
	uintptr_t bytes = map->end - map->start, piece = PIECE, at;
	bool was_cut = false;

	while (bytes / piece > MOST_PIECES)
		piece *= 2;
	for (at = map->start + piece; at + piece < map->end; at += 2 * piece)
		was_cut |= madvise((void *)at, piece, MADV_DONTDUMP) == 0;
	return was_cut;
}

bool
reserved_cut(const struct maps *m)
{
	const unsigned others = MAP_IS_FILE | MAP_IS_SHARED | MAP_IS_SPECIAL |
				MAP_IS_DEVICE | MAP_IS_UNTOUCHED;
	int pagemap = pages_open();
	bool can_scan = pages_can_scan(pagemap), was_cut = false;
	size_t i;

	pages_close(pagemap);
	for (i = 0; i < m->n && !can_scan; i++)
		if (!(m->all[i].flags & others) &&
		    m->all[i].end - m->all[i].start > 2 * PIECE)
			was_cut |= cut(&m->all[i]);
	return was_cut;
}
