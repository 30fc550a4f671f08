#include "config.h"

#include "shim/record/recycle.h"

#include <stdlib.h>

#include "analysis/base/source.h"
#include "shim/record/codes.h"
#include "shim/record/stacks.h"
#include "tap.h"

enum { MANY = 200000, KEPT_EACH = 100, DEPTH = 3 };

/* Native nodes need no code objects. */
static stack_id
stack(size_t n)
{
	stack_id id = STACKS_ROOT_MAIN;
	size_t depth;

	for (depth = 0; depth < DEPTH; depth++)
		id = stacks_intern_native(id, 0x400000 + n * DEPTH + depth, 1);
	return id;
}

static bool
is_whole(stack_id id, size_t n)
{
	struct source_native frames[DEPTH + 1];
	size_t depth;

	if (stacks_natives(id, frames, DEPTH + 1) != DEPTH)
		return false;
	for (depth = 0; depth < DEPTH; depth++)
		if (frames[DEPTH - 1 - depth].ip !=
		    0x400000 + n * DEPTH + depth)
			return false;
	return stacks_is_main_thread(id) == 1;
}

static struct recycle_marks *
begin(void)
{
	uint32_t n = stacks_begin_round();
	struct recycle_marks *m = calloc(1, sizeof *m);

	m->n_nodes = n;
	m->nodes = calloc(n / 64 + 1, sizeof *m->nodes);
	m->n_codes = codes_begin_round();
	m->codes = calloc(m->n_codes / 64 + 1, sizeof *m->codes);
	return m;
}

static void
end(struct recycle_marks *m)
{
	free(m->nodes);
	free(m->codes);
	free(m);
}

static void
rounds(void)
{
	stack_id *ids = calloc(MANY, sizeof *ids), permanent;
	struct recycle_marks *m;
	size_t i, n_whole = 0, most = 0;
	int k;

	permanent = stacks_intern_native(0, 0x1234, 0);
	for (k = 0; k < 6; k++) {
		for (i = 0; i < MANY; i++)
			if (!ids[i])
				ids[i] = stack((size_t)k * MANY + i);
		m = begin();
		for (i = 0; i < MANY; i += KEPT_EACH)
			stacks_mark(ids[i], m);
		/* Asked for again, after the marks. */
		ok(stack((size_t)k * MANY + 1) == ids[1], "it is the same");
		ok(!stacks_sweep(m, 1000), "there are more");
		ok(stacks_sweep(m, SIZE_MAX), "all that are not used");
		is_number((int64_t)stacks_number(),
			  DEPTH * (MANY / KEPT_EACH + 1) + 1,
			  "what is used is left, and what was asked for");
		ok(is_whole(ids[1], (size_t)k * MANY + 1), "it is whole");
		most = stacks_bytes() > most && k < 2 ? stacks_bytes() : most;
		for (i = 0; i < MANY; i++)
			if (i % KEPT_EACH)
				ids[i] = 0;
		end(m);
	}
	for (i = 0; i < MANY; i += KEPT_EACH)
		n_whole += is_whole(ids[i], i) && stack(i) == ids[i];
	is_number((int64_t)n_whole, MANY / KEPT_EACH, "all are whole");
	ok(stacks_bytes() <= most, "it did not grow: %zu, %zu", stacks_bytes(),
	   most);
	ok(stacks_intern_native(0, 0x1234, 0) == permanent,
	   "what threads without the GIL use stays");
	free(ids);
}

static void
forks(void)
{
	size_t before = stacks_number();
	struct recycle_marks *m;
	stack_id young;

	stack(7);
	stacks_forked();
	young = stack(99 * MANY);
	ok(!stacks_is_inherited(young), "a child's own is not its parent's");
	m = begin();
	stacks_mark_inherited(m);
	stacks_sweep(m, SIZE_MAX);
	ok(stacks_number() >= before, "what is inherited stays");
	ok(!stacks_is_inherited(stack(98 * MANY)), "nor is it one later");
	end(m);
}

static void
forgotten(void)
{
	stack_id id = 0;
	size_t i, k, n_wrong = 0;

	stacks_forget();
	is_number((int64_t)stacks_number(), 0, "none is left");
	for (k = 0; k < 40; k++) {
		for (i = 0; i < MANY; i++)
			id = stack(i);
		n_wrong += !is_whole(id, MANY - 1);
		stacks_forget();
	}
	is_number((int64_t)n_wrong, 0, "numbers do not run out");
}

int
main(void)
{
	stacks_init();
	rounds();
	forks();
	forgotten();
	return tap_done();
}
