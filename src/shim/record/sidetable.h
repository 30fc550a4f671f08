/*
 * sidetable.h - which blocks are live, and which stack allocated each
 *
 * Shadow pages: one slot for each 16 bytes of heap, in leaves found through a
 * table of regions (uthash, keyed by region) with a direct cache in front, so
 * that recording a block costs two loads and a store and needs neither a hash
 * nor a lock.  A slot is written by the owner of the block at that moment:
 * record after the allocation, forget BEFORE the real free (afterwards the
 * address may already be another thread's).
 *
 * Contract of every function here:
 *   side       shim; sidetable_find() and sidetable_walk() also in the child
 *   allocates  mmap(2) only
 *   locks      none on record, forget and find of a known region; a spin lock
 *              while a new region is entered (own-GIL interpreters of 3.12+
 *              and threads without the GIL may be in a hook at the same time)
 *   signals    not safe; errno is kept
 */
#ifndef LEAKSHIM_SHIM_SIDETABLE_H
#define LEAKSHIM_SHIM_SIDETABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t stack_id; /* of shim/record/stacks.h; 0: no stack known */

enum block_flag {
	BLOCK_IS_CODE = 1, /* a code object that stacks refer to lives here */
	/* Found unreachable; cleared by any record or forget. */
	BLOCK_IS_MARKED = 2,
	BLOCK_IS_STARTUP = 4, /* allocated before the program's first line */
	/* OBJ domain: may be a Python object (MEM: never). */
	BLOCK_IS_OBJECT = 8,
	/* Destroyed, but kept in one of CPython's free lists. */
	BLOCK_IS_DEAD = 16,
};

struct block {
	uintptr_t address;
	size_t size; /* bytes asked for where known, else of the size class */
	stack_id stack;
	unsigned flags; /* enum block_flag */
	uint32_t epoch; /* in which it was allocated, 0: before they began */
};

/*
 * Nothing is recorded before.  Always true: memory is taken as it is needed,
 * and what finds none is counted (fault.h).  at_limit: called once, in a hook,
 * when the table has reached max_bytes (0: never).
 */
bool sidetable_init(uint64_t max_bytes, void (*at_limit)(void));

/*
 * What blocks are aligned to, 8 or 16 bytes; before the first record.  Two
 * blocks of 8 bytes would share a slot of 16.
 */
void sidetable_set_alignment(unsigned bytes);

/* Blocks are aligned to 1 << this. */
unsigned sidetable_granule_shift(void);

/*
 * From now on blocks belong to another epoch, whose number is returned, from 1
 * on; 0 when there are no more.  Costs memory from the first call on.
 */
uint32_t sidetable_begin_epoch(void);

/* The epoch of what is allocated now; 0: none has begun. */
uint32_t sidetable_epoch(void);

void sidetable_record(void *p, size_t size, stack_id stack, unsigned flags);

/* Give a block that is already there another stack (free-list reuse). */
void sidetable_restack(void *p, stack_id stack, unsigned flags);

/* Drop the block; returns the flags it had, 0 if it was not recorded. */
unsigned sidetable_forget(void *p);

/* Set flags on a recorded block; false if there is none at p. */
bool sidetable_flag(const void *p, unsigned flags);

/*
 * Set flags on every recorded block, and drop every note.  Hooks may be at work
 * in other threads.
 */
void sidetable_flag_all(unsigned flags);

/*
 * Let sidetable_forget() return these flags for p, recorded or not (a block
 * from before the hooks, or one that no sample took).  False: no memory.
 */
bool sidetable_watch(void *p, unsigned flags);

/* The block that starts at p. */
bool sidetable_find(const void *p, struct block *out);

/*
 * A block of the C heap: only its stack is kept, until Python records a block
 * there.  None of the other functions sees it.
 */
void sidetable_note(void *p, stack_id stack);

/* Drop that; returns the stack, 0 if there was none. */
stack_id sidetable_unnote(void *p);

/* Its stack and epoch (out's other members are 0); false if there is none. */
bool sidetable_find_note(const void *p, struct block *out);

/* Every live block in address order; nonzero from the callback stops. */
int sidetable_walk(int (*each)(const struct block *b, void *ctx), void *ctx);

/* The stack of every block and note, in whatever order. */
void sidetable_walk_stacks(void (*each)(stack_id stack, void *ctx), void *ctx);

/* Forget every block and note, and give the memory back. */
void sidetable_clear(void);

/*
 * Live blocks and the bytes they take (rounded up to granules), counted slot by
 * slot: for a check, not for a hook.
 */
struct sidetable_totals {
	size_t blocks;
	uint64_t bytes;
};
struct sidetable_totals sidetable_count(void);

/* More containers than there can be blocks for in the table's regions. */
size_t sidetable_most(void);

size_t sidetable_bytes(void); /* memory of the table in use, approximately */

#endif /* LEAKSHIM_SHIM_SIDETABLE_H */
