#include "config.h"

#include "shim/record/sidetable.h"

#include "shim/record/stacks.h"
#include "tap.h"

/* Addresses are only keys here: nothing is read or written there. */
#define AT(offset) ((void *)(uintptr_t)(0x7f0000000000 + (uintptr_t)(offset)))

static int n_limited;

static void
limited(void)
{
	n_limited++;
}

static void
blocks(void)
{
	struct block b;

	ok(!sidetable_find(AT(0), &b), "an empty table knows nothing");
	is_number(sidetable_forget(AT(0)), 0, "nor forgets anything");
	sidetable_record(AT(0), 40, 7, BLOCK_IS_OBJECT);
	ok(sidetable_find(AT(0), &b), "a block is found");
	is_number(b.stack, 7, "with its stack");
	is_number(b.flags, BLOCK_IS_OBJECT, "its flags");
	is_number(b.size, 48, "and its size in whole granules");
	ok(!sidetable_find(AT(16), &b), "not by an address inside it");
	sidetable_restack(AT(0), 9, BLOCK_IS_STARTUP);
	ok(sidetable_find(AT(0), &b) && b.stack == 9 &&
		   b.flags == BLOCK_IS_STARTUP && b.size == 48,
	   "out of a free list it has another stack");
	ok(sidetable_flag(AT(0), BLOCK_IS_CODE), "a flag is added");
	is_number(sidetable_forget(AT(0)), BLOCK_IS_STARTUP | BLOCK_IS_CODE,
		  "and comes back when it dies");
	ok(!sidetable_find(AT(0), &b), "then it is gone");
	ok(!sidetable_flag(AT(0), BLOCK_IS_CODE), "and takes no flag");
	sidetable_restack(AT(0), 9, 0);
	ok(!sidetable_find(AT(0), &b), "nor a stack");
}

/* What is known of places where Python has recorded no block. */
static void
notes(void)
{
	struct block b;

	ok(sidetable_watch(AT(0), BLOCK_IS_CODE), "any place is watched");
	ok(!sidetable_find(AT(0), &b), "and is no block for that");
	ok(!sidetable_find_note(AT(0), &b) && !sidetable_unnote(AT(0)),
	   "nor a note");
	is_number(sidetable_forget(AT(0)), BLOCK_IS_CODE, "till it dies");
	is_number(sidetable_forget(AT(0)), 0, "once");
	sidetable_record(AT(0), 48, 9, 0);
	sidetable_watch(AT(0), BLOCK_IS_CODE);
	ok(sidetable_find(AT(0), &b) && b.stack == 9 &&
		   b.flags == BLOCK_IS_CODE,
	   "a block is watched as well");
	sidetable_forget(AT(0));

	sidetable_note(AT(0), 77);
	ok(sidetable_find_note(AT(0), &b) && b.stack == 77,
	   "a note has a stack");
	ok(!sidetable_find(AT(0), &b), "and is no block");
	is_number(sidetable_forget(AT(0)), 0, "with no flags");
	sidetable_note(AT(0), 78);
	sidetable_record(AT(0), 48, 9, 0);
	is_number(sidetable_unnote(AT(0)), 0, "a block takes its place");
	ok(sidetable_find(AT(0), &b) && b.stack == 9, "and stays");
	sidetable_forget(AT(0));
	sidetable_note(AT(0), 79);
	is_number(sidetable_unnote(AT(0)), 79, "it goes with its stack");
	is_number(sidetable_unnote(AT(0)), 0, "once");
}

/* What an earlier life of the interpreter left. */
static void
flagged(void)
{
	struct block b;

	sidetable_record(AT(0), 48, 9, BLOCK_IS_OBJECT);
	sidetable_note(AT(64), 79);
	sidetable_flag_all(BLOCK_IS_STARTUP);
	ok(sidetable_find(AT(0), &b) &&
		   b.flags == (BLOCK_IS_OBJECT | BLOCK_IS_STARTUP) &&
		   b.size == 48 && b.stack == 9,
	   "every block has the flag, and is as it was");
	ok(!sidetable_find_note(AT(64), &b), "notes are dropped");
	is_number(sidetable_forget(AT(64)), 0, "without a trace");
	sidetable_record(AT(0), 48, 9, 0);
	ok(sidetable_find(AT(0), &b) && !b.flags, "a new block has none");
	sidetable_forget(AT(0));
}

static uint32_t
epoch_of(void *p)
{
	struct block b;

	return sidetable_find(p, &b) ? b.epoch : UINT32_MAX;
}

static void
epochs(void)
{
	uint32_t first;

	sidetable_record(AT(4096), 40, 7, 0);
	is_number(epoch_of(AT(4096)), 0,
		  "before the first epoch there is none");
	first = sidetable_begin_epoch();
	is_number(first, 1, "which is the first");
	is_number(epoch_of(AT(4096)), 0, "what was there stays old");
	sidetable_record(AT(8192), 40, 7, 0);
	is_number(epoch_of(AT(8192)), first, "a new block is of its epoch");
	is_number(sidetable_begin_epoch(), first + 1, "epochs are counted");
	is_number(epoch_of(AT(8192)), first, "and keep their blocks");
	sidetable_restack(AT(4096), 8, 0);
	is_number(epoch_of(AT(4096)), first + 1,
		  "out of a free list it is another object");
	sidetable_forget(AT(8192));
	sidetable_record(AT(8192), 1000000, 7, 0);
	is_number(epoch_of(AT(8192)), first + 1, "so is one in its place");
	is_number(sidetable_epoch(), first + 1, "the epoch of now");
	sidetable_forget(AT(4096));
	sidetable_forget(AT(8192));
}

/* More than 254 granules: in a table of their own. */
static void
big_ones(void)
{
	struct block b;

	sidetable_record(AT(1 << 20), 1000000, 3, 0);
	ok(sidetable_find(AT(1 << 20), &b) && b.size == 1000000,
	   "a big block has its exact size");
	sidetable_record(AT(1 << 20), 64, 4, 0);
	ok(sidetable_find(AT(1 << 20), &b) && b.size == 64 && b.stack == 4,
	   "a small one in its place has not");
	sidetable_record(AT(1 << 20), 254 * 16, 5, 0);
	ok(sidetable_find(AT(1 << 20), &b) && b.size == 254 * 16,
	   "the largest of the small");
	sidetable_record(AT(1 << 20), 254 * 16 + 1, 5, 0);
	ok(sidetable_find(AT(1 << 20), &b) && b.size == 254 * 16 + 1,
	   "the smallest of the big");
	sidetable_forget(AT(1 << 20));
	sidetable_record(AT(1 << 20), 16, 5, 0);
	ok(sidetable_find(AT(1 << 20), &b) && b.size == 16,
	   "what died is not remembered");
	sidetable_forget(AT(1 << 20));
}

struct seen {
	uintptr_t last;
	size_t n, n_misplaced;
};

static int
see(const struct block *b, void *ctx)
{
	struct seen *s = ctx;

	s->n++;
	s->n_misplaced += b->address <= s->last;
	s->last = b->address;
	return 0;
}

static int
stop(const struct block *b, void *ctx)
{
	(void)b;
	++*(int *)ctx;
	return 1;
}

/* Over many regions, from the highest down. */
static void
walks(void)
{
	enum { N = 20000, STEP = 100000 };
	struct seen s = {0};
	int n_stopped = 0;
	size_t i, n_lost = 0;
	struct block b;

	for (i = N; i-- > 0;)
		sidetable_record(AT(i * STEP & ~(size_t)15), 16, (stack_id)i,
				 0);
	is_number(sidetable_count().blocks, N, "all are counted");
	is_number((long)sidetable_count().bytes, 16 * N, "with their bytes");
	sidetable_walk(see, &s);
	is_number(s.n, N, "all are walked over");
	is_number(s.n_misplaced, 0, "in the order of their addresses");
	sidetable_walk(stop, &n_stopped);
	is_number(n_stopped, 1, "until the callback says stop");
	for (i = 0; i < N; i++)
		n_lost += !sidetable_find(AT(i * STEP & ~(size_t)15), &b) ||
			  b.stack != i;
	is_number(n_lost, 0, "each with its own stack");
	is_number(n_limited, 1, "the limit was told once");
	for (i = 0; i < N; i++)
		sidetable_forget(AT(i * STEP & ~(size_t)15));
	is_number(sidetable_count().blocks, 0, "and all die");
}

/* More nodes than a chunk of the depot has. */
static void
stacks(void)
{
	enum { N = 200000 };
	stack_id below = STACKS_ROOT_MAIN, other;
	size_t i, n_bad = 0;

	ok(stacks_init(), "there is memory for stacks");
	for (i = 0; i < N; i++) {
		stack_id id =
			stacks_intern(below, 1 + (uint32_t)i % 50, (int32_t)i);

		n_bad += !id || id == below;
		below = i % 100 == 99 ? STACKS_ROOT_MAIN : id;
	}
	is_number(n_bad, 0, "each step is a node");
	is_number(stacks_number(), N, "of its own");
	below = stacks_intern(STACKS_ROOT_MAIN, 1, 0);
	is_number(stacks_number(), N, "a step taken again is the same");
	is_number(stacks_is_main_thread(below), 1, "it is the main thread's");
	other = stacks_intern(STACKS_ROOT_OTHER, 1, 0);
	ok(other != below, "another thread's is another");
	is_number(stacks_is_main_thread(other), 0, "and says so");
	is_number(stacks_is_main_thread(0), -1, "no stack is nobody's");
}

int
main(void)
{
	sidetable_set_alignment(16);
	sidetable_init(8 << 20, limited);
	blocks();
	notes();
	flagged();
	big_ones();
	walks();
	stacks();
	epochs();
	return tap_done();
}
