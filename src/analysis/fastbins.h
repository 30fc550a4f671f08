/*
 * fastbins.h - small blocks that glibc's free() has put aside
 *
 * Their chunks look as if in use; what is in the lists of the arena is free
 * (malloc/malloc.c, "Fastbins"; not there any more in 2.43).  What only looks
 * like a member of such a list is none: malloc() leaves the link in the block,
 * and not every owner writes its first word.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none; see chunks.h of threads that were in malloc
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_FASTBINS_H
#define LEAKSHIM_ANALYSIS_FASTBINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fastbins {
	uintptr_t *all; /* chunks, by address */
	size_t n, room;
};

/*
 * The lists of the arena whose member top stands at top_at, as far as they lead
 * through [start, end), which is readable.  0, or no memory: none.
 */
void fastbins_read(struct fastbins *f, uintptr_t top_at, uintptr_t start,
		   uintptr_t end);
void fastbins_fini(struct fastbins *f);

bool fastbins_have(const struct fastbins *f, uintptr_t chunk);

#endif /* LEAKSHIM_ANALYSIS_FASTBINS_H */
