/*
 * memory.h - lost memory that is not an object
 *
 * Blocks of PyMem and of the C heap that neither live nor lost objects lead to.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  the arena that is passed, and common/hash.h's pool
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_MEMORY_H
#define LEAKSHIM_ANALYSIS_MEMORY_H

#include <stdint.h>

#include "analysis/reach/lost.h"
#include "common/hash.h"

/*
 * A C library may keep a block forever on purpose and forget its address
 * (cffi's names of functions), but not again and again.
 */
enum { MEMORY_FEWEST = 10 };

struct memory_group {
	uint32_t stack; /* the key: what allocated them */
	uint64_t site;  /* a hash of that, without lines */
	struct source_block allocated;
	int64_t count;  /* blocks that nothing leads to */
	int64_t total;  /* the same, of all groups of that site */
	int64_t blocks; /* with those that they lead to */
	int64_t bytes;
	UT_hash_handle hh;
};

/*
 * By the stacks that allocated them; memory_fini() frees the table.  False when
 * memory ran out: then there is none.
 */
bool memory_find(const struct lost *l, struct memory_group **groups);

/*
 * Is it known what allocated the block, and when? If not, it is never reported.
 */
bool memory_is_allocated(const struct reach *r, uintptr_t node);

void memory_fini(struct memory_group *groups);

#endif /* LEAKSHIM_ANALYSIS_MEMORY_H */
