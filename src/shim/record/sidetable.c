#include "config.h"

#include "shim/record/sidetable.h"

#include "common/hash.h"
#include "shim/base/fault.h"
#include "shim/record/regions.h"
#include "common/spin.h"

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

struct big {
	void *address;
	size_t size;
	UT_hash_handle hh;
};

static struct big *bigs; /* guarded by bigs_lock */
static atomic_flag bigs_lock = ATOMIC_FLAG_INIT;

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

static inline uint32_t
make_slot(stack_id stack, unsigned flags)
{
	return SLOT_LIVE | flags << SLOT_FLAGS_SHIFT |
	       (stack & SLOT_STACK_MASK);
}

static inline bool
is_live(uint32_t slot)
{
	return slot & SLOT_LIVE;
}

static bool
is_note(uint32_t slot)
{
	return slot && slot <= SLOT_STACK_MASK;
}

static inline unsigned
flags_of(uint32_t slot)
{
	return slot >> SLOT_FLAGS_SHIFT & 31;
}

static void
record_big(void *p, size_t size)
{
	struct big *b;

	spin_lock(&bigs_lock);
	HASH_FIND_PTR(bigs, &p, b);
	if (!b) {
		b = hash_pool_grab(sizeof *b);
		if (b) {
			b->address = p;
			HASH_ADD_PTR(bigs, address, b);
		}
	}
	if (b)
		b->size = size;
	spin_unlock(&bigs_lock);
}

static size_t
find_big(const void *p)
{
	struct big *b;
	size_t size = 0;

	spin_lock(&bigs_lock);
	HASH_FIND_PTR(bigs, &p, b);
	if (b)
		size = b->size;
	spin_unlock(&bigs_lock);
	return size;
}

static void
forget_big(void *p)
{
	struct big *b;

	spin_lock(&bigs_lock);
	HASH_FIND_PTR(bigs, &p, b);
	if (b) {
		HASH_DEL(bigs, b);
		hash_pool_drop(b, sizeof *b);
	}
	spin_unlock(&bigs_lock);
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

static uint32_t
epoch_of(const struct leaf *leaf, uintptr_t address)
{
	return leaf->epochs ? leaf->epochs[leaf_granule(address)] : 0;
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
		forget_big(p);
	stamp(leaf, address);
	*slot = make_slot(stack, flags);
	if (granules >= SIZE_BIG) {
		*leaf_size(leaf, address) = SIZE_BIG;
		record_big(p, size);
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
				     granules >= SIZE_BIG || epoch_now, 0)) {
		record_unusual(p, size, stack, flags);
		return;
	}
	*leaf_size(leaf, address) = (uint8_t)granules;
	*leaf_slot(leaf, address) = make_slot(stack, flags);
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

	if (!leaf || !is_live(*leaf_slot(leaf, address)))
		return;
	stamp(leaf, address);
	*leaf_slot(leaf, address) = make_slot(stack, flags);
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
		forget_big(p);
	return flags_of(old);
}

unsigned
sidetable_forget(void *p)
{
	struct leaf *leaf = regions_at_hand((uintptr_t)p);
	uint32_t *slot, old;

	if (__builtin_expect(!leaf || *leaf_size(leaf, (uintptr_t)p) ==
					      SIZE_BIG, 0))
		return forget_unusual(p);
	slot = leaf_slot(leaf, (uintptr_t)p);
	old = *slot;
	if (old) /* else the page may be untouched: leave it so */
		*slot = 0;
	return flags_of(old);
}

bool
sidetable_flag(const void *p, unsigned flags)
{
	uint32_t *slot = find_slot(p);

	if (!slot || !is_live(*slot))
		return false;
	*slot |= flags << SLOT_FLAGS_SHIFT;
	return true;
}

/* The block's owner may drop it meanwhile: then it stays dropped. */
static int
flag_leaf(struct leaf *leaf, void *flags)
{
	size_t n = (size_t)1 << (REGION_SHIFT - regions_shift), i;
	uint32_t *slots = leaf_slot(leaf, 0);

	for (i = 0; i < n; i++) {
		uint32_t old = __atomic_load_n(&slots[i], __ATOMIC_RELAXED);
		uint32_t now = is_live(old) ? old | *(uint32_t *)flags :
			       is_note(old) ? 0 :
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

static void
read_slot(struct leaf *leaf, uintptr_t address, struct block *out)
{
	uint32_t slot = *leaf_slot(leaf, address);
	uint8_t size = *leaf_size(leaf, address);

	out->address = address;
	out->stack = slot & SLOT_STACK_MASK;
	out->flags = flags_of(slot);
	out->epoch = epoch_of(leaf, address);
	out->size = size == SIZE_BIG ? find_big((void *)address) :
				       (size_t)size << regions_shift;
}

bool
sidetable_find(const void *p, struct block *out)
{
	struct leaf *leaf = regions_find((uintptr_t)p);

	if (!leaf || !is_live(*leaf_slot(leaf, (uintptr_t)p)))
		return false;
	read_slot(leaf, (uintptr_t)p, out);
	return true;
}

bool
sidetable_watch(void *p, unsigned flags)
{
	struct leaf *leaf = make_leaf((uintptr_t)p);
	uint32_t *slot = leaf ? leaf_slot(leaf, (uintptr_t)p) : NULL;

	if (!slot)
		return false;
	*slot = (is_live(*slot) ? *slot : 0) | flags << SLOT_FLAGS_SHIFT;
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

	if (!is_note(old))
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
	if (!leaf || !is_note(*leaf_slot(leaf, address)))
		return false;
	out->stack = *leaf_slot(leaf, address);
	out->epoch = epoch_of(leaf, address);
	return true;
}

void
sidetable_clear(void)
{
	struct big *b, *next;

	regions_clear();
	spin_lock(&bigs_lock);
	for (b = bigs; b; b = next) {
		next = b->hh.next;
		HASH_DEL(bigs, b);
		hash_pool_drop(b, sizeof *b);
	}
	spin_unlock(&bigs_lock);
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
		if (!is_live(*leaf_slot(leaf, address)))
			continue;
		read_slot(leaf, address, &b);
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
		if (!is_live(slots[i]))
			continue;
		totals->blocks++;
		totals->bytes += sizes[i] == SIZE_BIG ?
					 find_big((void *)(start +
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
