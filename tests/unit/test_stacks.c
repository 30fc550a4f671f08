#include "config.h"

#include "shim/record/stacks.h"

#include "analysis/base/source.h"
#include "tap.h"

/* Interning, and reading back; recycling is test_recycle's. */
static void
interned(void)
{
	stack_id root = stacks_root(STACKS_ROOT_MAIN), a, b, c;

	a = stacks_intern_native(root, 0x7f1234567890, 0);
	b = stacks_intern_native(a, 0x7f1234567890, 0);
	c = stacks_intern_native(a, 0x7f1234567891, 0);
	ok(a && b && c, "there is memory");
	ok(a != b && b != c, "other stacks have other numbers");
	ok(stacks_intern_native(root, 0x7f1234567890, 0) == a &&
		   stacks_intern_native(a, 0x7f1234567890, 0) == b,
	   "the same stack has the same");
	ok(stacks_intern_native(a, 0x7f1234567890, 1) != b,
	   "which runs Python, and how much of it, is part of it");
	ok(stacks_intern_native(stacks_root(STACKS_ROOT_OTHER), 0x7f1234567890,
				0) != a,
	   "so is the thread");
	is_number((int64_t)stacks_number(), 5, "each is counted once");
}

static void
read_back(void)
{
	struct source_native frames[4] = {{0, 0}};
	stack_id id = stacks_root(STACKS_ROOT_OTHER);
	struct report_line line;

	id = stacks_intern_native(id, 0x7fffdeadbeef, 2);
	id = stacks_intern_native(id, 0x1000, 0);
	is_number((int64_t)stacks_natives(id, frames, 4), 2, "two frames");
	ok(frames[0].ip == 0x1000 && frames[1].ip == 0x7fffdeadbeef,
	   "innermost first, whole addresses");
	ok(frames[0].n_python == 0 && frames[1].n_python == 2,
	   "with the Python frames that they run");
	frames[1].ip = 0;
	is_number((int64_t)stacks_natives(id, frames, 1), 1,
		  "no more than there is room for");
	is_number((int64_t)frames[1].ip, 0, "nothing is written behind it");
	is_number((int64_t)stacks_lines(id, &line, 1), 0,
		  "no Python frame is in it");
	is_number((int64_t)stacks_natives(0, frames, 4), 0, "none is in none");
	is_number((int64_t)stacks_natives(1u << 25, frames, 4), 0,
		  "nor in a number that was never given");
}

static void
threads(void)
{
	stack_id in_main =
		stacks_intern_native(stacks_root(STACKS_ROOT_MAIN), 1, 0);
	stack_id other =
		stacks_intern_native(stacks_root(STACKS_ROOT_OTHER), 1, 0);
	stack_id none =
		stacks_intern_native(stacks_root(STACKS_ROOT_NONE), 1, 0);

	is_number(stacks_is_main_thread(in_main), 1, "the main thread's");
	is_number(stacks_is_main_thread(other), 0, "another thread's");
	is_number(stacks_is_main_thread(none), -1, "nobody knows whose");
	ok(stacks_is_permanent(none) && !stacks_is_permanent(in_main),
	   "only what no Python runs below is kept for ever");
}

/* In a fork's child: its own stacks are told from its parent's. */
static void
inherited(void)
{
	stack_id before, after;

	before = stacks_intern_native(stacks_root(STACKS_ROOT_MAIN), 0x77, 0);
	stacks_forked();
	after = stacks_intern_native(stacks_root(STACKS_ROOT_MAIN), 0x77, 0);
	ok(after != before, "the same place, after the fork, is another");
	ok(stacks_is_inherited(before), "the one is the parent's");
	ok(!stacks_is_inherited(after), "the other is not");
	is_number(stacks_is_main_thread(after), 1,
		  "its thread is known all the same");
}

int
main(void)
{
	ok(stacks_init(), "there is memory");
	interned();
	read_back();
	threads();
	inherited();
	return tap_done();
}
