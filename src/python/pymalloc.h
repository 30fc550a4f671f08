/*
 * pymalloc.h - pools of CPython's small-block allocator, read from outside
 *
 * A pool is an aligned piece of an arena with a header and equal blocks.  The
 * header has been the same from 2.5 to 3.15 (Objects/obmalloc.c: struct
 * pool_header, 48 bytes); pools have 4 KiB up to 3.9 and 16 KiB from 3.10 on
 * (USE_LARGE_POOLS), arenas 256 KiB and 1 MiB.
 *
 * Contract of every function here:
 *   side       analysis child; or the target with isolate=0, the GIL held
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_PYTHON_PYMALLOC_H
#define LEAKSHIM_PYTHON_PYMALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	POOL_MAX_BLOCKS = 2048,   /* more than 16 KiB hold at 8 bytes */
	PYMALLOC_MAX_BYTES = 512, /* SMALL_REQUEST_THRESHOLD */
};

struct pool {
	uintptr_t start, end;
	uintptr_t first; /* block; the others follow at block_bytes */
	size_t block_bytes;
	size_t n_blocks;
	uint32_t arena; /* number of the arena it belongs to */
	bool is_sound;  /* its list of free blocks could be followed */
	/* Bit i: block i is allocated; all set where !is_sound. */
	uint64_t live[POOL_MAX_BLOCKS / 64];
};

size_t pymalloc_pool_bytes(void);
size_t pymalloc_arena_bytes(void);

/*
 * Read the pool that starts at `start', pymalloc_pool_bytes() of readable
 * memory.  False if there is none.
 */
bool pymalloc_read_pool(uintptr_t start, struct pool *out);

/*
 * The part of a block that a debugging allocator (PYTHONMALLOC=debug) returned.
 */
struct wrapped {
	uintptr_t start;
	size_t size;
	bool is_object; /* of the OBJ domain */
};

/*
 * False if the block of `size' bytes lacks the marks that they put around what
 * they return.
 */
bool pymalloc_unwrap(uintptr_t block, size_t size, struct wrapped *out);

static inline bool
pool_block_is_live(const struct pool *p, size_t i)
{
	return p->live[i / 64] >> i % 64 & 1;
}

#endif /* LEAKSHIM_PYTHON_PYMALLOC_H */
