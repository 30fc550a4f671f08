/* All that one object leads to, however much, and once. */
#include "config.h"

#include "analysis/reach/worklist.h"

#include "common/ownmap.h"
#include "tap.h"

/* Addresses are only keys here: nothing is read or written there. */
#define BASE ((uintptr_t)0x7f0000000000)
#define STEP ((uintptr_t)48)

static struct worklist *list;

static void
fill(size_t n)
{
	size_t i, n_added = 0, n_in_order = 0, n_there = 0;

	worklist_begin(list);
	for (i = 0; i < n; i++) {
		n_added += worklist_add(list, BASE + i * STEP);
		n_added += worklist_add(list, BASE + i / 2 * STEP);
	}
	for (i = 0; i < n; i++) {
		n_there += worklist_has(list, BASE + i * STEP);
		n_in_order += worklist_next(list) == BASE + i * STEP;
	}
	is_number(n_added, n, "%lu are added once", (unsigned long)n);
	is_number(n_there, n, "they are there");
	is_number(n_in_order, n, "they come in order");
	is_number(worklist_next(list), 0, "and no others");
	ok(!worklist_has(list, BASE + n * STEP) && !list->is_cut,
	   "nor is another there");
}

int
main(void)
{
	list = ownmap(sizeof *list);
	if (!list)
		return 1;
	fill(10);
	fill(4096);
	fill(4097);
	fill(300000);
	fill(10);
	ok(!worklist_has(list, BASE + 11 * STEP), "what was before is not");
	worklist_fini(list);
	ownunmap(list, sizeof *list);
	return tap_done();
}
