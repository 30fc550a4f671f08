/*
 * gather.h - all blocks of the process, and all memory that is not a root
 *
 * Blocks come from the side table, from pymalloc's pools (what was allocated
 * before the hooks, or without any) and from glibc's heap.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_GATHER_H
#define LEAKSHIM_ANALYSIS_GATHER_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/base/mirror.h"
#include "analysis/base/ranges.h"
#include "analysis/base/source.h"
#include "analysis/heap/heap.h"
#include "analysis/heap/maps.h"

struct gathered {
	struct maps maps;
	struct heap heap;
	const struct source *source;
	const struct mirror *tracked;
	struct ranges not_roots; /* allocators' own and free memory */
	struct ranges pools;     /* where blocks are that may be pymalloc's */
	uintptr_t last_pool;
	bool lacks_blocks; /* many are in no side table */
	bool uses_pools;   /* for small objects */
	/*
	 * Otherwise what is free there is a root, and stale words in it hide
	 * leaks.
	 */
	bool knows_allocator;
	size_t n_dead; /* is_dead: for reach.c to look at */
};

/* False with the reason in *why (static storage). */
bool gather(struct gathered *g, const struct source *s, const struct mirror *m,
	    const char **why);

void gather_fini(struct gathered *g);

#endif /* LEAKSHIM_ANALYSIS_GATHER_H */
