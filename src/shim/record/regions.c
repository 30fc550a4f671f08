#include "config.h"

#include "shim/record/regions.h"

#include "common/hash.h"
#include "common/ownmap.h"
#include "common/spin.h"

struct entry {
	struct leaf leaf; /* first; leaf.region is the key */
	UT_hash_handle hh;
};

_Static_assert(sizeof(struct entry) <= LEAF_SIZES, "an entry fits");

struct leaf *regions_cache[REGION_CACHE];

unsigned regions_shift = 4;
static struct entry *table; /* guarded by lock */
static size_t n_leaves;
static atomic_flag lock = ATOMIC_FLAG_INIT;

void
regions_init(unsigned shift)
{
	if (!table)
		regions_shift = shift;
}

static struct entry *
find(uintptr_t region)
{
	struct entry *e;

	HASH_FIND(hh, table, &region, sizeof region, e);
	return e;
}

static void
cache(struct leaf *leaf)
{
	__atomic_store_n(&regions_cache[leaf->region % REGION_CACHE], leaf,
			 __ATOMIC_RELEASE);
}

struct leaf *
regions_find_slow(uintptr_t region)
{
	struct entry *e;

	spin_lock(&lock);
	e = find(region);
	spin_unlock(&lock);
	if (!e)
		return NULL;
	cache(&e->leaf);
	return &e->leaf;
}

/* Entry, slots and sizes in one mapping: pages come as they are touched. */
static struct entry *
make(uintptr_t region)
{
	size_t n = (size_t)1 << (REGION_SHIFT - regions_shift);
	size_t bytes = LEAF_SLOTS + n * sizeof(uint32_t);
	struct entry *e = ownmap_reserve(bytes);

	if (!e)
		return NULL;
	e->leaf.region = region;
	HASH_ADD(hh, table, leaf.region, sizeof e->leaf.region, e);
	if (hash_was_full(&e->hh)) {
		ownunmap(e, bytes);
		return NULL;
	}
	n_leaves++;
	return e;
}

struct leaf *
regions_intern(uintptr_t region)
{
	struct entry *e;

	spin_lock(&lock);
	e = find(region);
	if (!e)
		e = make(region);
	spin_unlock(&lock);
	if (!e)
		return NULL;
	cache(&e->leaf);
	return &e->leaf;
}

/*
 * Only if a program uses epochs: most never do.  If two threads make it at
 * once, one loses.
 */
uint32_t *
regions_epoch(struct leaf *leaf, uintptr_t address)
{
	uint32_t *epochs = __atomic_load_n(&leaf->epochs, __ATOMIC_ACQUIRE);
	size_t bytes = sizeof *epochs << (REGION_SHIFT - regions_shift);

	if (!epochs) {
		uint32_t *ours = ownmap_reserve(bytes);

		if (__atomic_compare_exchange_n(&leaf->epochs, &epochs, ours,
						false, __ATOMIC_ACQ_REL,
						__ATOMIC_ACQUIRE))
			epochs = ours;
		else
			ownunmap(ours, bytes);
	}
	return epochs ? epochs + leaf_granule(address) : NULL;
}

static int
by_address(const struct entry *x, const struct entry *y)
{
	return x->leaf.region < y->leaf.region ?
		       -1 :
		       x->leaf.region > y->leaf.region;
}

int
regions_walk(int (*each)(struct leaf *leaf, void *ctx), void *ctx)
{
	struct entry *e;
	int stop = 0;

	spin_lock(&lock);
	HASH_SORT(table, by_address);
	spin_unlock(&lock);
	/* Leaves are never removed; one that comes meanwhile is the last. */
	for (e = table; e && !stop; e = e->hh.next)
		stop = each(&e->leaf, ctx);
	return stop;
}

static int
clear(struct leaf *leaf, void *unused)
{
	size_t n = (size_t)1 << (REGION_SHIFT - regions_shift);

	(void)unused;
	/* Its first page, with its entry in the table, stays. */
	ownmap_clear((char *)leaf + LEAF_SIZES,
		     LEAF_SLOTS - LEAF_SIZES + n * sizeof(uint32_t));
	if (leaf->epochs)
		ownmap_clear(leaf->epochs, n * sizeof *leaf->epochs);
	return 0;
}

void
regions_clear(void)
{
	regions_walk(clear, NULL);
}

const size_t *
regions_counter(void)
{
	return &n_leaves;
}

size_t
regions_number(void)
{
	return n_leaves;
}
