#include "config.h"

#include "analysis/heap/heap.h"

#include <stdlib.h>

#include "analysis/base/ranges.h"
#include "tap.h"

/* Addresses are only keys here: nothing is read or written there. */
#define BASE ((uintptr_t)0x7f0000000000)
#define REGION ((uintptr_t)1 << HEAP_REGION_SHIFT)

static void
blocks(void)
{
	struct heap h;

	ok(heap_init(&h, 4), "a map is made");
	ok(!heap_find(&h, BASE), "an empty one has nothing");
	ok(!heap_find(&h, (uintptr_t)-8) && !heap_find(&h, 0),
	   "and asks nobody about what is no address");
	heap_add(&h, BASE, 40, HEAP_OBJECT);
	heap_add(&h, BASE + 48, 16, HEAP_MEMORY);
	heap_add(&h, BASE + 128, 100, HEAP_FOREIGN);
	is_number(heap_find(&h, BASE), BASE, "a block is found by its start");
	is_number(heap_find(&h, BASE + 39), BASE, "and by its last byte");
	is_number(heap_find(&h, BASE + 48), BASE + 48, "the next one is next");
	ok(!heap_find(&h, BASE + 64) && !heap_find(&h, BASE + 127),
	   "between them there is none");
	ok(!heap_find(&h, BASE + 128 + 112) && !heap_find(&h, BASE - 1),
	   "nor behind or before");
	is_number(heap_end(&h, BASE), BASE + 48, "ends are whole granules");
	is_number(heap_end(&h, BASE + 128), BASE + 240, "of each block");
	ok(heap_is(&h, BASE, HEAP_OBJECTS) &&
		   !heap_is(&h, BASE + 48, HEAP_OBJECTS),
	   "an object is told from memory");
	ok(heap_is(&h, BASE + 128, HEAP_FOREIGNERS) &&
		   !heap_is(&h, BASE, HEAP_FOREIGNERS),
	   "and that from C's");
	ok(!heap_is_marked(&h, BASE + 48), "nothing is marked");
	heap_mark(&h, BASE + 48);
	ok(heap_is_marked(&h, BASE + 48) && !heap_is_marked(&h, BASE),
	   "but what was");
	ok(heap_has_start(&h, BASE + 40, BASE + 60) &&
		   !heap_has_start(&h, BASE + 64, BASE + 128),
	   "a start in a range");
	is_number(heap_next_edge(&h, BASE + 49, BASE + 1000), BASE + 64,
		  "the next edge is an end");
	is_number(heap_next_edge(&h, BASE + 65, BASE + 1000), BASE + 128,
		  "or a start");
	is_number(heap_next_edge(&h, BASE + 300, BASE + 1000), BASE + 1000,
		  "or neither");
	ok(heap_first_look(&h, BASE) && !heap_first_look(&h, BASE + 4095) &&
		   heap_first_look(&h, BASE + 4096),
	   "a page is looked at once");
	heap_add(&h, BASE + 0x300000, 16, HEAP_MEMORY);
	is_number(heap_find(&h, BASE + 0x30000c), BASE + 0x300000,
		  "far behind the others one is found");
	ok(!heap_find(&h, BASE + 0x2fffff) && !heap_find(&h, BASE + 0x3fffff),
	   "and nothing around it");
	heap_fini(&h);
}

/* Blocks that reach into the next regions. */
static void
big_ones(void)
{
	struct heap h;
	uintptr_t at = BASE + REGION - 64;

	heap_init(&h, 4);
	heap_add(&h, at, 3 * REGION, HEAP_MEMORY);
	is_number(heap_find(&h, at + 64), at, "found in the next region");
	is_number(heap_find(&h, at + 2 * REGION), at, "in the one in between");
	is_number(heap_find(&h, at + 3 * REGION - 1), at, "in its last");
	ok(!heap_find(&h, at + 3 * REGION), "and not behind");
	is_number(heap_end(&h, at), at + 3 * REGION, "its end");
	heap_add(&h, at + 3 * REGION, 16, HEAP_MEMORY);
	is_number(heap_find(&h, at + 3 * REGION), at + 3 * REGION,
		  "one that touches it is another");
	ok(!h.failed, "nothing failed");
	heap_fini(&h);
}

static int
count(uintptr_t node, void *ctx)
{
	uintptr_t *last = ctx;
	bool rises = node > last[0];

	last[0] = node;
	last[1]++;
	return rises ? 0 : 1;
}

static int
mark_next(uintptr_t node, void *ctx)
{
	struct heap *h = ctx;

	heap_mark(h, node);
	heap_mark(h, node + 16);
	return 0;
}

static int
stop_at_once(uintptr_t node, void *ctx)
{
	*(uintptr_t *)ctx = node;
	return 7;
}

/* Of 16 bytes each: 64 of them fill a word of a bitmap. */
static void
walks(void)
{
	uintptr_t seen = 0, n[2] = {0, 0};
	struct heap h;
	int i;

	heap_init(&h, 4);
	for (i = 199; i >= 0; i--)
		heap_add(&h, BASE + (uintptr_t)i * 16, 16, HEAP_MEMORY);
	heap_add(&h, BASE - REGION, 16, HEAP_MEMORY);
	heap_walk(&h, count, n);
	is_number(n[1], 201, "all are visited");
	is_number(heap_walk(&h, stop_at_once, &seen), 7, "until one stops");
	is_number(seen, BASE - REGION, "in the order of addresses");
	heap_mark(&h, BASE - REGION);
	heap_mark(&h, BASE);
	heap_walk_unmarked(&h, stop_at_once, &seen);
	is_number(seen, BASE + 16, "or those that are not marked");
	n[0] = n[1] = 0;
	heap_walk_unmarked(&h, count, n);
	is_number(n[1], 199, "each of them");
	heap_walk_unmarked(&h, mark_next, &h);
	n[0] = n[1] = 0;
	heap_walk_unmarked(&h, count, n);
	is_number(n[1], 0, "marked meanwhile, they are left out");
	heap_fini(&h);
}

/* Against a plain array, in any order. */
static void
random_ones(void)
{
	enum { BLOCKS = 3000 };
	static struct range all[BLOCKS];
	uintptr_t seen[2] = {0, 0}, at = BASE;
	struct heap h;
	int i, wrong = 0;

	srand(4711);
	heap_init(&h, 4);
	for (i = 0; i < BLOCKS; i++) {
		at += 16 * (uintptr_t)(rand() % 3000);
		all[i].start = at;
		at += 1 + (uintptr_t)rand() % 9000;
		all[i].end = at;
		at = (at + 15) & ~(uintptr_t)15;
	}
	for (i = BLOCKS; i-- > 0;) {
		int j = rand() % (i + 1);
		struct range r = all[j];

		all[j] = all[i];
		all[i] = r;
		heap_add(&h, r.start, r.end - r.start, HEAP_MEMORY);
	}
	for (i = 0; i < BLOCKS; i++) {
		uintptr_t size = all[i].end - all[i].start;

		wrong += heap_find(&h, all[i].start) != all[i].start;
		wrong += heap_find(&h, all[i].end - 1) != all[i].start;
		wrong += heap_find(&h,
				   all[i].start + (uintptr_t)rand() % size) !=
			 all[i].start;
		wrong += heap_end(&h, all[i].start) !=
			 ((all[i].end + 15) & ~(uintptr_t)15);
	}
	is_number(wrong, 0, "%d blocks of any size, entered in any order",
		  BLOCKS);
	is_number(heap_walk(&h, count, seen), 0, "are walked upwards");
	is_number(seen[1], BLOCKS, "all of them");
	heap_fini(&h);
}

static void
lists_of_ranges(void)
{
	struct ranges r = {0};
	int i;

	ranges_add(&r, 100, 100);
	is_number(r.n, 0, "an empty range is none");
	for (i = 1000; i-- > 0;)
		ranges_add(&r, (uintptr_t)i * 100, (uintptr_t)i * 100 + 50);
	ranges_add(&r, 220, 320); /* over the end of one and the next's start */
	ranges_sort(&r);
	is_number(r.n, 999, "what overlaps is one");
	ok(ranges_contain(&r, 0) && ranges_contain(&r, 49) &&
		   !ranges_contain(&r, 50) && ranges_contain(&r, 270),
	   "what is inside");
	is_number(r.all[ranges_after(&r, 50)].start, 100, "what comes after");
	is_number(ranges_after(&r, 99950), r.n, "nothing after the last");
	ranges_add(&r, 200000, 200010);
	ranges_add(&r, 200010, 200020);
	is_number(r.n, 1000, "what touches the last one is joined with it");
	ranges_fini(&r);
}

int
main(void)
{
	blocks();
	walks();
	big_ones();
	random_ones();
	lists_of_ranges();
	return tap_done();
}
