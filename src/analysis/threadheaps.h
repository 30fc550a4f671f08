/*
 * threadheaps.h - the heaps that glibc's malloc keeps for other threads
 *
 * An arena that is not the main one has its heaps in mappings aligned to 64
 * MiB, each with a short description at its start (malloc/arena.c, heap_info)
 * and the arena itself behind the first of them.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  never
 *   locks      none; see chunks.h of threads that were in malloc
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_THREADHEAPS_H
#define LEAKSHIM_ANALYSIS_THREADHEAPS_H

#include <stdint.h>

enum { THREAD_HEAP_ALIGNMENT = 64 << 20 };

/*
 * The first chunk of such a heap at `start', in readable memory up to `limit';
 * *end is where its last chunk ends, *rest where memory begins that the heap
 * has not reserved, *top_at as for chunks_walk().  0: there is none, or none
 * that adds up.
 */
uintptr_t threadheaps_find(uintptr_t start, uintptr_t limit, uintptr_t *end,
			   uintptr_t *rest, uintptr_t *top_at);

#endif /* LEAKSHIM_ANALYSIS_THREADHEAPS_H */
