#include "config.h"

#include "shim/record/sidetable.h"

#include "shim/base/fault.h"
#include "shim/record/bigblocks.h"
#include "shim/record/regions.h"
#include "shim/record/slot.h"

static uint64_t limit;
static void (*when_limited)(void); /* once */
static bool is_on;
static uint32_t epoch_now; /* 0: epochs are not in use */

bool
sidetable_init(uint64_t max_bytes, void (*at_limit)(void))
{
	limit = max_bytes;
	when_limited = at_limit;
	is_on = true;
	return true;
}

void
sidetable_set_alignment(unsigned bytes)
{
	regions_init(bytes < 16 ? 3 : 4);
}

uint32_t
sidetable_begin_epoch(void)
{
	if (epoch_now == UINT32_MAX)
		return 0;
	return __atomic_add_fetch(&epoch_now, 1, __ATOMIC_RELAXED);
}

uint32_t
sidetable_epoch(void)
{
	return epoch_now;
}

unsigned
sidetable_granule_shift(void)
{
	return regions_shift;
}

/*
 * max_table=: from here on only a sample is recorded, so that most pages of
 * later leaves are never touched.
 */
static void
look_at_limit(void)
{
	void (*tell)(void) = when_limited;

	if (!limit || !tell || sidetable_bytes() < limit)
		return;
	when_limited = NULL;
	fault_count(FAULT_TABLE_LIMIT);
	tell();
}

static inline size_t
granules_of(size_t size)
{
	return (size + ((size_t)1 << regions_shift) - 1) >> regions_shift;
}

/* Only when epochs are counted.  Memory out: the block seems to be older. */
static void
stamp(struct leaf *leaf, uintptr_t address)
{
	uint32_t *e = epoch_now ? regions_epoch(leaf, address) : NULL;

	if (e)
		*e = epoch_now;
}

/* The leaf of the address, made if need be; NULL: no memory. */
static struct leaf *
make_leaf(uintptr_t address)
{
	struct leaf *leaf = regions_find(address);

	if (!leaf && is_on) {
		leaf = regions_intern(address >> REGION_SHIFT);
		look_at_limit();
	}
	return leaf;
}

/*
 * All cases but the usual one.  Last calls of sidetable_record(), which so
 * needs no registers of its own.
 */
static __attribute__((noinline)) void
record_unusual(void *p, size_t size, stack_id stack, unsigned flags)
{
	uintptr_t address = (uintptr_t)p;
	struct leaf *leaf = make_leaf(address);
	size_t granules = granules_of(size);
	uint32_t *slot;

	if (!is_on)
		return;
	if (!leaf) {
		fault_count(FAULT_TABLE_FULL);
		return;
	}
	slot = leaf_slot(leaf, address);
	if (*slot && *leaf_size(leaf, address) == SIZE_BIG)
		bigblocks_forget(p);
	stamp(leaf, address);
	*slot = slot_make(stack, flags);
	if (granules >= SIZE_BIG) {
		*leaf_size(leaf, address) = SIZE_BIG;
		bigblocks_record(p, size);
	} else {
		*leaf_size(leaf, address) = (uint8_t)granules;
	}
}

void
sidetable_record(void *p, size_t size, stack_id stack, unsigned flags)
{
	uintptr_t address = (uintptr_t)p;
	struct leaf *leaf = regions_at_hand(address);
	size_t granules = granules_of(size);

	if (__builtin_expect(!leaf || *leaf_slot(leaf, address) ||
				     granules >= SIZE_BIG || epoch_now,
			     0)) {
		record_unusual(p, size, stack, flags);
		return;
	}
	*leaf_size(leaf, address) = (uint8_t)granules;
	*leaf_slot(leaf, address) = slot_make(stack, flags);
}

static uint32_t *
find_slot(const void *p)
{
	struct leaf *leaf = regions_find((uintptr_t)p);

	return leaf ? leaf_slot(leaf, (uintptr_t)p) : NULL;
}

void
sidetable_restack(void *p, stack_id stack, unsigned flags)
{
	uintptr_t address = (uintptr_t)p;
	struct leaf *leaf = regions_find(address);

	if (!leaf || !slot_is_live(*leaf_slot(leaf, address)))
		return;
	stamp(leaf, address);
	*leaf_slot(leaf, address) = slot_make(stack, flags);
}

static __attribute__((noinline)) unsigned
forget_unusual(void *p)
{
	struct leaf *leaf = regions_find((uintptr_t)p);
	uint32_t *slot, old;

	if (!leaf)
		return 0;
	slot = leaf_slot(leaf, (uintptr_t)p);
	old = *slot;
	if (!old)
		return 0;
	*slot = 0;
	if (*leaf_size(leaf, (uintptr_t)p) == SIZE_BIG)
		bigblocks_forget(p);
	return slot_flags(old);
}

unsigned
sidetable_forget(void *p)
{
	struct leaf *leaf = regions_at_hand((uintptr_t)p);
	uint32_t *slot, old;

	if (__builtin_expect(
		    !leaf || *leaf_size(leaf, (uintptr_t)p) == SIZE_BIG, 0))
		return forget_unusual(p);
	slot = leaf_slot(leaf, (uintptr_t)p);
	old = *slot;
	if (old) /* else the page may be untouched: leave it so */
		*slot = 0;
	return slot_flags(old);
}

bool
sidetable_flag(const void *p, unsigned flags)
{
	uint32_t *slot = find_slot(p);

	if (!slot || !slot_is_live(*slot))
		return false;
	*slot |= flags << SLOT_FLAGS_SHIFT;
	return true;
}

bool
sidetable_find(const void *p, struct block *out)
{
	struct leaf *leaf = regions_find((uintptr_t)p);

	if (!leaf || !slot_is_live(*leaf_slot(leaf, (uintptr_t)p)))
		return false;
	slot_read(leaf, (uintptr_t)p, out);
	return true;
}

bool
sidetable_watch(void *p, unsigned flags)
{
	struct leaf *leaf = make_leaf((uintptr_t)p);
	uint32_t *slot = leaf ? leaf_slot(leaf, (uintptr_t)p) : NULL;

	if (!slot)
		return false;
	*slot = (slot_is_live(*slot) ? *slot : 0) | flags << SLOT_FLAGS_SHIFT;
	return true;
}

void
sidetable_note(void *p, stack_id stack)
{
	uintptr_t address = (uintptr_t)p;
	struct leaf *leaf = make_leaf(address);

	if (!leaf)
		return;
	stamp(leaf, address);
	*leaf_slot(leaf, address) = stack & SLOT_STACK_MASK;
}

stack_id
sidetable_unnote(void *p)
{
	uint32_t *slot = find_slot(p);
	uint32_t old = slot ? *slot : 0;

	if (!slot_is_note(old))
		return 0;
	*slot = 0;
	return old;
}

bool
sidetable_find_note(const void *p, struct block *out)
{
	uintptr_t address = (uintptr_t)p;
	struct leaf *leaf = regions_find(address);

	*out = (struct block){.address = address};
	if (!leaf || !slot_is_note(*leaf_slot(leaf, address)))
		return false;
	out->stack = *leaf_slot(leaf, address);
	out->epoch = slot_epoch(leaf, address);
	return true;
}

void
sidetable_clear(void)
{
	regions_clear();
	bigblocks_clear();
}

size_t
sidetable_most(void)
{
	/* The smallest container of all takes 32 bytes. */
	return regions_number() << (REGION_SHIFT - 5);
}

size_t
sidetable_bytes(void)
{
	/* Five bytes a granule; most of a region in use is touched. */
	return regions_number() * (5u << (REGION_SHIFT - regions_shift));
}
