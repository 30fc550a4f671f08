/*
 * slot.h - what a slot of the side table says
 *
 * Contract of every function here:
 *   side       shim and clone
 *   allocates  never
 *   locks      none; slot_read() that of bigblocks.h
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_SLOT_H
#define LEAKSHIM_SHIM_SLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/record/bigblocks.h"
#include "shim/record/regions.h"
#include "shim/record/sidetable.h"

/*
 * A slot: bit 31 says that a live block starts here, 5 bits of flags, 26 bits
 * of stack.  Its size in granules is stored separately; SIZE_BIG means that the
 * block is in the table of big ones.  Without bit 31, a stack is the record of
 * a block of the C heap, and flags are those to return.
 */
#define SLOT_LIVE 0x80000000u
enum {
	SLOT_FLAGS_SHIFT = 26,
	SLOT_STACK_MASK = (1 << SLOT_FLAGS_SHIFT) - 1,
	SIZE_BIG = 255,
};

static inline uint32_t
slot_make(stack_id stack, unsigned flags)
{
	return SLOT_LIVE | flags << SLOT_FLAGS_SHIFT |
	       (stack & SLOT_STACK_MASK);
}

static inline bool
slot_is_live(uint32_t slot)
{
	return slot & SLOT_LIVE;
}

static inline bool
slot_is_note(uint32_t slot)
{
	return slot && slot <= SLOT_STACK_MASK;
}

static inline unsigned
slot_flags(uint32_t slot)
{
	return slot >> SLOT_FLAGS_SHIFT & 31;
}

static inline uint32_t
slot_epoch(const struct leaf *leaf, uintptr_t address)
{
	return leaf->epochs ? leaf->epochs[leaf_granule(address)] : 0;
}

/* Of a slot that is live. */
static inline void
slot_read(struct leaf *leaf, uintptr_t address, struct block *out)
{
	uint32_t slot = *leaf_slot(leaf, address);
	uint8_t size = *leaf_size(leaf, address);

	out->address = address;
	out->stack = slot & SLOT_STACK_MASK;
	out->flags = slot_flags(slot);
	out->epoch = slot_epoch(leaf, address);
	out->size = size == SIZE_BIG ? bigblocks_find((void *)address) :
				       (size_t)size << regions_shift;
}

#endif /* LEAKSHIM_SHIM_SLOT_H */
