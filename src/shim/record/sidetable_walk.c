#include "config.h"

#include "shim/record/regions.h"
#include "shim/record/sidetable.h"
#include "shim/record/slot.h"

/*
 * All of the table, leaf after leaf: for the clone, and for what concerns every
 * block.  What the hooks do with one block is in sidetable.c.
 */

/* The block's owner may drop it meanwhile: then it stays dropped. */
static int
flag_leaf(struct leaf *leaf, void *flags)
{
	size_t n = (size_t)1 << (REGION_SHIFT - regions_shift), i;
	uint32_t *slots = leaf_slot(leaf, 0);

	for (i = 0; i < n; i++) {
		uint32_t old = __atomic_load_n(&slots[i], __ATOMIC_RELAXED);
		uint32_t now = slot_is_live(old) ? old | *(uint32_t *)flags :
			       slot_is_note(old) ? 0 :
						   old;

		if (now != old)
			__atomic_compare_exchange_n(&slots[i], &old, now, false,
						    __ATOMIC_RELAXED,
						    __ATOMIC_RELAXED);
	}
	return 0;
}

void
sidetable_flag_all(unsigned flags)
{
	uint32_t bits = flags << SLOT_FLAGS_SHIFT;

	regions_walk(flag_leaf, &bits);
}

struct walk {
	int (*each)(const struct block *b, void *ctx);
	void *ctx;
};

static int
walk_leaf(struct leaf *leaf, void *ctx)
{
	struct walk *w = ctx;
	uintptr_t address = leaf->region << REGION_SHIFT;
	uintptr_t end = address + ((uintptr_t)1 << REGION_SHIFT);
	struct block b;
	int stop = 0;

	for (; address < end && !stop; address += (size_t)1 << regions_shift) {
		if (!slot_is_live(*leaf_slot(leaf, address)))
			continue;
		slot_read(leaf, address, &b);
		stop = w->each(&b, w->ctx);
	}
	return stop;
}

int
sidetable_walk(int (*each)(const struct block *b, void *ctx), void *ctx)
{
	struct walk w = {each, ctx};

	return regions_walk(walk_leaf, &w);
}

struct stacks_walk {
	void (*each)(stack_id stack, void *ctx);
	void *ctx;
};

static int
walk_stacks_of(struct leaf *leaf, void *ctx)
{
	const struct stacks_walk *w = ctx;
	size_t n = (size_t)1 << (REGION_SHIFT - regions_shift), i;
	const uint32_t *slots = leaf_slot(leaf, 0);

	for (i = 0; i < n; i++)
		if (slots[i] & SLOT_STACK_MASK)
			w->each(slots[i] & SLOT_STACK_MASK, w->ctx);
	return 0;
}

void
sidetable_walk_stacks(void (*each)(stack_id stack, void *ctx), void *ctx)
{
	struct stacks_walk w = {each, ctx};

	regions_walk(walk_stacks_of, &w);
}

static int
count_leaf(struct leaf *leaf, void *ctx)
{
	size_t n = (size_t)1 << (REGION_SHIFT - regions_shift), i;
	uintptr_t start = leaf->region << REGION_SHIFT;
	const uint32_t *slots = leaf_slot(leaf, 0);
	const uint8_t *sizes = leaf_size(leaf, 0);
	struct sidetable_totals *totals = ctx;

	for (i = 0; i < n; i++) {
		if (!slot_is_live(slots[i]))
			continue;
		totals->blocks++;
		totals->bytes +=
			sizes[i] == SIZE_BIG ?
				bigblocks_find((void *)(start +
							(i << regions_shift))) :
				(size_t)sizes[i] << regions_shift;
	}
	return 0;
}

struct sidetable_totals
sidetable_count(void)
{
	struct sidetable_totals totals = {0, 0};

	regions_walk(count_leaf, &totals);
	return totals;
}
