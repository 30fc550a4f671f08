/*
 * chunks.h - the blocks of glibc's heap, walked from outside
 *
 * The program's C library keeps the size and the state of each block in front
 * of it (malloc/malloc.c, "chunks"); that format has been the same since
 * before glibc 2.31.  A heap is taken apart only if its chunks, followed from
 * its first byte, end exactly where it ends.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none; another thread may have been in malloc at the clone: then
 *              the walk does not close, or a chunk is a moment old
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_CHUNKS_H
#define LEAKSHIM_ANALYSIS_CHUNKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* malloc's own variables, around their member top (struct malloc_state). */
enum {
	CHUNKS_BEFORE_TOP = 96, /* mutex, flags, have_fastchunks, fast bins */
	CHUNKS_FROM_TOP = 16 + 127 * 16 + 16, /* with the bins and their map */
};

struct chunks_heap {
	uintptr_t start, end; /* which chunks fill */
	uintptr_t top;        /* the last of them, which is free */
	/*
	 * Where malloc's member top of this heap is; 0: not known, and what is
	 * in fast bins seems to be in use.
	 */
	uintptr_t top_at;
};

/*
 * One whose chunks fill [start, end), without top_at.  False: it is none, and
 * there is nothing to walk over.
 */
bool chunks_find_heap(uintptr_t start, uintptr_t end, struct chunks_heap *h);

/*
 * malloc's own variables (main_arena) of the heap in [from, to): where their
 * member top stands; 0 if they are not there.  They point to free chunks, whose
 * first word is the last one of the block before: it holds nothing.
 */
uintptr_t chunks_find_state(uintptr_t from, uintptr_t to,
			    const struct chunks_heap *h);

/* each() for every block in use: the bytes that its owner may use. */
void chunks_walk(const struct chunks_heap *h,
		 void (*each)(uintptr_t block, size_t size, void *ctx),
		 void *ctx);

#endif /* LEAKSHIM_ANALYSIS_CHUNKS_H */
