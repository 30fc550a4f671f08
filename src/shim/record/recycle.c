#include "config.h"

#include "shim/record/recycle.h"

#include <stddef.h>

#include "common/ownmap.h"
#include "python/interpreters.h"
#include "shim/record/capture.h"
#include "shim/record/codes.h"
#include "shim/record/sidetable.h"
#include "shim/record/stacks.h"

enum {
	FEWEST_NODES = 1 << 14, /* fewer are not worth it */
	FEWEST_CODES = 1 << 11,
	GROWTH_PART = 4,
	MOST_AT_ONCE = 1 << 17, /* nodes: the program waits */
};

static struct recycle_marks *marks; /* NULL: nothing is marked */
static size_t marks_bytes;
static size_t next_nodes = FEWEST_NODES, next_codes = FEWEST_CODES;

static size_t
words(uint32_t n)
{
	return (size_t)n / 64 + 1;
}

void
recycle_forget(void)
{
	ownunmap(marks, marks_bytes);
	marks = NULL;
	next_nodes = FEWEST_NODES;
	next_codes = FEWEST_CODES;
}

static void
sweep(void)
{
	bool is_done = stacks_sweep(marks, MOST_AT_ONCE);

	if (is_done)
		codes_sweep(marks);
	next_nodes = next_codes = 0;
	if (!is_done)
		return; /* the next check goes on */
	next_nodes = stacks_number() + stacks_number() / GROWTH_PART;
	next_codes = codes_number() + codes_number() / GROWTH_PART;
	if (next_nodes < FEWEST_NODES)
		next_nodes = FEWEST_NODES;
	if (next_codes < FEWEST_CODES)
		next_codes = FEWEST_CODES;
}

static void
begin_round(void)
{
	uint32_t n_codes = codes_begin_round(), n_nodes;
	size_t bytes;

	n_nodes = capture_begin_round();
	bytes = sizeof *marks +
		(words(n_nodes) + words(n_codes)) * sizeof(uint64_t);
	marks = ownmap_shared(bytes);
	if (!marks)
		return;
	marks_bytes = bytes;
	marks->n_nodes = n_nodes;
	marks->n_codes = n_codes;
	marks->nodes = (uint64_t *)(marks + 1);
	marks->codes = marks->nodes + words(n_nodes);
}

void
recycle_begin(bool sees_objects)
{
	bool is_possible = interpreters_share_gil();

	if (marks && marks->is_complete && is_possible)
		sweep();
	ownunmap(marks, marks_bytes);
	marks = NULL;
	if (is_possible && sees_objects &&
	    (stacks_number() >= next_nodes || codes_number() >= next_codes))
		begin_round();
}

static void
mark(stack_id stack, void *unused)
{
	(void)unused;
	stacks_mark(stack, marks);
}

void
recycle_mark(void)
{
	if (!marks)
		return;
	stacks_mark_inherited(marks);
	sidetable_walk_stacks(mark, NULL);
	marks->is_complete = 1;
}
