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

#include <stdbool.h>
#include <stdint.h>

struct chunks_heap;

enum { THREAD_HEAP_ALIGNMENT = 64 << 20 };

/*
 * Such a heap at `start', in readable memory up to `limit'; *rest is where
 * memory begins that it has not reserved.  False: there is none, or none that
 * adds up.
 */
bool threadheaps_find(uintptr_t start, uintptr_t limit, struct chunks_heap *h,
		      uintptr_t *rest);

#endif /* LEAKSHIM_ANALYSIS_THREADHEAPS_H */
