/*
 * regions.h - the leaves of the side table, found by address
 *
 * Contract of every function here:
 *   side       shim; regions_find() and regions_walk() also in the child
 *   allocates  mmap(2) only
 *   locks      a spin lock while a region is entered
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_REGIONS_H
#define LEAKSHIM_SHIM_REGIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	REGION_SHIFT = 22, /* 4 MiB of heap have one leaf */
	REGION_CACHE = 4096,
};

/*
 * Shadow of one region, in one mapping: this; for each granule (8 or 16 bytes)
 * the size of the block that starts there in granules, as far as a byte can
 * tell; and a slot for each.  The places are fixed for the smaller granule: for
 * the larger one, half of the sizes' room is never touched.
 */
struct leaf {
	uintptr_t region; /* address >> REGION_SHIFT */
	uint32_t *epochs; /* of each granule; NULL while none is counted */
};

enum {
	LEAF_SIZES = 4096,
	LEAF_SLOTS = LEAF_SIZES + (1 << (REGION_SHIFT - 3)),
};

extern unsigned regions_shift; /* of a granule */

static inline size_t
leaf_granule(uintptr_t address)
{
	return (address & (((uintptr_t)1 << REGION_SHIFT) - 1)) >>
	       regions_shift;
}

static inline uint32_t *
leaf_slot(struct leaf *leaf, uintptr_t address)
{
	return (uint32_t *)(void *)((char *)leaf + LEAF_SLOTS) +
	       leaf_granule(address);
}

static inline uint8_t *
leaf_size(struct leaf *leaf, uintptr_t address)
{
	return (uint8_t *)leaf + LEAF_SIZES + leaf_granule(address);
}

/* Granules of 1 << shift bytes; before the first leaf is made. */
void regions_init(unsigned shift);

/* The leaf of the address, NULL if there is none. */
struct leaf *regions_find_slow(uintptr_t region);

/* The leaf of the address, made if need be; NULL when memory is out. */
struct leaf *regions_intern(uintptr_t region);

/* The epoch of the block at address, to be written; NULL: memory is out. */
uint32_t *regions_epoch(struct leaf *leaf, uintptr_t address);

/* Leaves in the order of their addresses; nonzero from each() stops. */
int regions_walk(int (*each)(struct leaf *leaf, void *ctx), void *ctx);

/* Memory that the leaves can take at most so far, all touched. */
size_t regions_number(void);

/* Empty every leaf, and release its pages. */
void regions_clear(void);

/* The word that counts them, to be read by another process. */
const size_t *regions_counter(void);

extern struct leaf *regions_cache[REGION_CACHE];

/* The leaf of the address if the cache has it, NULL if not. */
static inline struct leaf *
regions_at_hand(uintptr_t address)
{
	uintptr_t region = address >> REGION_SHIFT;
	struct leaf *leaf = __atomic_load_n(
		&regions_cache[region % REGION_CACHE], __ATOMIC_ACQUIRE);

	return __builtin_expect(leaf && leaf->region == region, 1) ? leaf :
								     NULL;
}

static inline struct leaf *
regions_find(uintptr_t address)
{
	struct leaf *leaf = regions_at_hand(address);

	return leaf ? leaf : regions_find_slow(address >> REGION_SHIFT);
}

#endif /* LEAKSHIM_SHIM_REGIONS_H */
