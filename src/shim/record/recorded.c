#include "config.h"

#include "shim/record/recorded.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "shim/base/fault.h"
#include "shim/base/process.h"
#include "shim/base/watched.h"
#include "shim/record/hooks.h"
#include "shim/record/layer.h"
#include "shim/record/sidetable.h"
#include "shim/record/stacks.h"

static uint32_t since, until; /* the epochs of the check at hand */

static bool
is_after(uint32_t epoch)
{
	return until && epoch >= until;
}

static bool
is_left_out(uint32_t epoch)
{
	return epoch < since || is_after(epoch);
}

static bool
find_block(uintptr_t address, struct source_block *out)
{
	struct block b;

	if (!sidetable_find((void *)address, &b))
		return false;
	out->stack = b.stack;
	out->is_startup = b.flags & BLOCK_IS_STARTUP;
	out->is_unknown = false;
	out->may_be_object = b.flags & BLOCK_IS_OBJECT;
	out->is_old = is_left_out(b.epoch);
	out->is_after = is_after(b.epoch);
	out->epoch = b.epoch;
	return true;
}

static bool
find_chunk(uintptr_t address, struct source_block *out)
{
	struct block b;

	if (!sidetable_find_note((void *)address, &b))
		return false;
	*out = (struct source_block){.stack = b.stack,
				     .is_old = is_left_out(b.epoch)};
	return true;
}

struct block_walk {
	int (*each)(const struct source_range *b, void *ctx);
	void *ctx;
};

/*
 * Every rebirth of a dead object was seen: not while another tool had the
 * tracer's slot (tracemalloc from 3.13 on).
 */
static bool is_dead_for_sure;

static int
pass_block(const struct block *b, void *ctx)
{
	struct block_walk *w = ctx;
	struct source_range range = {
		b->address, b->size, b->flags & BLOCK_IS_OBJECT,
		b->flags & BLOCK_IS_DEAD && is_dead_for_sure};

	return w->each(&range, w->ctx);
}

static int
walk_blocks(int (*each)(const struct source_range *b, void *ctx), void *ctx)
{
	struct block_walk w = {each, ctx};

	return sidetable_walk(pass_block, &w);
}

void
recorded_source(struct source *s, uint32_t from, uint32_t to)
{
	memset(s, 0, sizeof *s);
	since = from;
	until = to;
	s->cwd = process.cwd[0] ? process.cwd : NULL;
	is_dead_for_sure = hooks_free_lists_exact();
	s->walk_blocks = hooks_see_objects() ? walk_blocks : NULL;
	s->since_attach = process.is_attached;
	s->sees_all = hooks_see_objects() && !process.is_attached &&
		      !layer_is_sampling() && !fault_number(FAULT_TABLE_FULL);
	s->sees_some =
		!s->sees_all && !s->since_attach && hooks_can_prove_identity();
	s->stale = watched.free_lists;
	s->n_stale = watched.n_free_lists;
	s->granule_shift = sidetable_granule_shift();
	s->find_block = hooks_see_objects() ? find_block : NULL;
	s->find_chunk = s->find_block ? find_chunk : NULL;
	s->lines = stacks_lines;
	s->natives = stacks_natives;
	s->is_inherited = stacks_is_inherited;
	s->has_left_threads = process.has_left_threads;
	s->is_main_thread = stacks_is_main_thread;
}
