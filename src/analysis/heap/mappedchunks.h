/*
 * mappedchunks.h - large blocks of glibc's malloc, which have their own mapping
 *
 * Such a chunk begins at a page and says its size, in whole pages, and that it
 * was mapped (malloc/malloc.c, IS_MMAPPED).  Kernels join neighbours: one line
 * of /proc/self/smaps may have several of them, with whatever else was mapped
 * between, pymalloc's arenas above all.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_MAPPEDCHUNKS_H
#define LEAKSHIM_ANALYSIS_MAPPEDCHUNKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map;

/*
 * Is it a block?  is_expected: memory begins there, or the last block that was
 * taken ends there.  Anything else has a header that other data could have too,
 * and has to prove itself.
 */
typedef bool mappedchunks_take(uintptr_t block, size_t size, bool is_expected,
			       void *ctx);

/*
 * take() for what may be a block in the mapping, which is of anonymous memory,
 * readable but for guards.  `pagemap' is of pages_open().  A block may reach
 * into the mappings behind, up to `limit': advice (MADV_HUGEPAGE) has the
 * kernel cut one in pieces.  So may one from before; `from' is what that walk
 * returned, or 0.  Returns where the last block ends that was looked at.
 */
uintptr_t mappedchunks_walk(int pagemap, const struct map *map, uintptr_t from,
			    uintptr_t limit, mappedchunks_take *take,
			    void *ctx);

/* Where the block ends; 0 if it has no mapping of its own. */
uintptr_t mappedchunks_end(uintptr_t block);

#endif /* LEAKSHIM_ANALYSIS_MAPPEDCHUNKS_H */
