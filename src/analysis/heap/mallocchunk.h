/*
 * mallocchunk.h - what stands around a block of glibc's malloc
 *
 * malloc/malloc.c, struct malloc_chunk: the size of the chunk before, if that
 * is free; the own size, with flags in its low bits; then the block, in which a
 * free one has its links.
 *
 * Contract of every function here: side analysis child; allocates nothing; no
 * locks; signals: safe.  The address must be readable.
 */
#ifndef LEAKSHIM_ANALYSIS_MALLOCCHUNK_H
#define LEAKSHIM_ANALYSIS_MALLOCCHUNK_H

#include <stddef.h>
#include <stdint.h>

enum {
	CHUNK_SIZE = 8,   /* the word with the size */
	CHUNK_BLOCK = 16, /* what malloc() returned */
	CHUNK_SMALLEST = 32,
	/* Of the size: */
	CHUNK_PREVIOUS_IN_USE = 1,
	CHUNK_IS_MMAPPED = 2,
	CHUNK_FLAGS = 7,
};

static inline uintptr_t
chunk_word(uintptr_t address)
{
	return *(const uintptr_t *)address;
}

static inline size_t
chunk_size(uintptr_t chunk)
{
	return chunk_word(chunk + CHUNK_SIZE) & ~(uintptr_t)CHUNK_FLAGS;
}

#endif /* LEAKSHIM_ANALYSIS_MALLOCCHUNK_H */
