/*
 * memory.h - lost memory that is no object
 *
 * Blocks of PyMem that nothing points to, and no lost object leads to either.
 * Blocks of the C heap are left out: nobody knows who allocated them.
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

#include "analysis/lost.h"
#include "common/hash.h"

struct memory_group {
	uint32_t stack; /* the key: who allocated them */
	struct source_block allocated;
	int64_t count, bytes;
	UT_hash_handle hh;
};

/* By the stacks that allocated them; memory_fini() frees the table. */
struct memory_group *memory_find(const struct lost *l);

void memory_fini(struct memory_group *groups);

#endif /* LEAKSHIM_ANALYSIS_MEMORY_H */
