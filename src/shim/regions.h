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
	REGION_SHIFT = 24, /* 16 MiB of heap have one leaf */
	REGION_CACHE = 256,
};

/*
 * Shadow of one region: a slot for each granule (8 or 16 bytes), and the size
 * of the block that starts there in granules, as far as a byte can tell.
 */
struct leaf {
	uintptr_t region; /* address >> REGION_SHIFT */
	uint32_t *slots;
	uint8_t *sizes;
};

/* Granules of 1 << shift bytes; before the first leaf is made. */
void regions_init(unsigned shift);

/* The leaf of the address, NULL if there is none. */
struct leaf *regions_find_slow(uintptr_t region);

/* The leaf of the address, made if need be; NULL when memory is out. */
struct leaf *regions_intern(uintptr_t region);

/* Leaves in the order of their addresses; nonzero from each() stops. */
int regions_walk(int (*each)(struct leaf *leaf, void *ctx), void *ctx);

/* Memory that the leaves can take at most so far, all touched. */
size_t regions_number(void);

extern struct leaf *regions_cache[REGION_CACHE];

static inline struct leaf *
regions_find(uintptr_t address)
{
	uintptr_t region = address >> REGION_SHIFT;
	struct leaf *leaf = __atomic_load_n(
		&regions_cache[region % REGION_CACHE], __ATOMIC_ACQUIRE);

	if (__builtin_expect(leaf && leaf->region == region, 1))
		return leaf;
	return regions_find_slow(region);
}

#endif /* LEAKSHIM_SHIM_REGIONS_H */
