/*
 * source.h - what a check is given: lists, side table, options
 *
 * The analysis may not know the shim (data flows one way), so the shim hands
 * its tables over as functions.  All of it is read in the cloned child, where
 * the target's memory stands still.
 *
 * Contract: plain data; the functions obey the child's rules (no allocation,
 * no lock, no Python code).
 */
#ifndef LEAKSHIM_ANALYSIS_SOURCE_H
#define LEAKSHIM_ANALYSIS_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "python/gclists.h"
#include "python/span.h"
#include "report/report.h"

struct options;

enum { SOURCE_MAX_INTERPRETERS = 16 };

struct baseline;
struct history;
struct notcloned;
struct suppressions;

struct source_block {
	uint32_t stack;     /* 0: none known */
	bool is_startup;    /* allocated before the program's first line */
	bool is_unknown;    /* whether it was is not known */
	bool is_before;     /* it was not recorded: from before the attach */
	bool may_be_object; /* of the OBJ domain */
	bool is_old;        /* from before the mark: not asked about */
	bool is_after;      /* ... or from the call that asks for the check */
	uint32_t epoch; /* of the allocation, 0: unknown, or before the first */
};

/* A native frame. */
struct source_native {
	uintptr_t ip;      /* the return address */
	unsigned n_python; /* of how many Python frames it is the loop */
};

struct source_range {
	uintptr_t start;
	size_t size;
	bool may_be_object; /* of the OBJ domain */
	bool is_dead;       /* destroyed, and not freed: kept by a free list */
};

/* Another thread, stopped while the clone was made. */
struct source_thread {
	uintptr_t sp;
	uintptr_t storage; /* its thread pointer */
};

enum source_opinion { SOURCE_LOST, SOURCE_HELD, SOURCE_UNKNOWN };

struct source {
	const struct options *options;
	struct gclists lists[SOURCE_MAX_INTERPRETERS];
	size_t n_lists;
	void *garbage;      /* the list gc.garbage, or NULL */
	int gc_enabled;     /* 1, 0, -1 */
	bool saveall_seen;  /* gc.DEBUG_SAVEALL is or was set */
	const char *stdlib; /* directory of the standard library, or NULL */
	const char *cwd;    /* working directory, or NULL */
	const struct suppressions *suppressions; /* or NULL */
	const struct baseline *baseline;         /* or NULL */
	int64_t today;                           /* days since 1970 */

	/* Every live block in address order; nonzero stops.  NULL: unknown. */
	int (*walk_blocks)(int (*each)(const struct source_range *b, void *ctx),
			   void *ctx);
	bool by_epoch;    /* islands of different epochs are different */
	bool keeps_apart; /* for tests: each island is a finding of its own */
	bool only_new;    /* a check since a mark: what is older is left out */
	bool sees_all;  /* a block that is not there is from before the hooks */
	bool sees_some; /* ... or it was left out (track=none, sample) */
	bool since_attach; /* most of the heap was there before the hooks */
	unsigned granule_shift; /* blocks are aligned to 1 << this */
	/* With growth=: the check before's, or NULL, and what this one writes.
	 */
	const struct history *history_before;
	struct history *history;
	pid_t parent; /* the process that was cloned; 0: it is this one */
	/* What it read of itself before, if no other process may; or NULL. */
	const struct notcloned *notcloned;
	uintptr_t stack_from; /* the calling thread's stack is dead below */
	uintptr_t storage;    /* its thread pointer */
	/*
	 * The other threads whose registers were read, and all words in these.
	 */
	const struct source_thread *threads;
	size_t n_threads;
	const uintptr_t *registers;
	size_t n_registers;
	size_t n_unread;        /* threads whose registers are not known */
	const char *why_unread; /* static; NULL while n_unread is 0 */
	/* Words of its own from below: registers, arguments of our call. */
	const uintptr_t *stack_words;
	size_t n_stack_words;
	/*
	 * The stack from stack_from on, as it was at the mark: a word that is
	 * still the same cannot lead to what is younger.  NULL: not known.
	 */
	const uintptr_t *stack_then;
	size_t n_stack_then;
	/* Ends of frames where nothing is the program's: our own ones. */
	const struct span *dead;
	size_t n_dead;
	const struct span *stale; /* pointers there hold nothing (free lists) */
	size_t n_stale;
	bool (*find_block)(uintptr_t address, struct source_block *out);
	/* The function that allocated a block of the C heap. */
	bool (*find_chunk)(uintptr_t address, struct source_block *out);
	size_t (*lines)(uint32_t stack, struct report_line *out, size_t n_max);
	size_t (*natives)(uint32_t stack, struct source_native *out,
			  size_t n_max);
	bool (*is_inherited)(uint32_t stack); /* by the parent, before a fork */
	bool has_left_threads; /* ... which left other threads' stacks behind */
	/*
	 * May other processes have what was allocated there, since a fork?
	 * NULL: there are none. *owner: the process that allocated it, 0:
	 * unknown.
	 */
	bool (*find_kin)(uint32_t stack, uint64_t *owner);
	const uint64_t *shared_key; /* two words that all of them know */
	int (*is_main_thread)(uint32_t stack); /* 1, 0, -1 */
	/* What collections have freed so far; NULL: not recorded. */
	void (*walk_collected)(void (*each)(const struct finding *f,
					    bool is_own, void *ctx),
			       void *ctx);
	/* Another look at what was found lost, or NULL (no other threads). */
	enum source_opinion (*second_opinion)(uintptr_t node);
	bool (*is_late)(void); /* is the time limit over? */
};

/* What is known of the allocation of o; unknown is old. */
struct source_block source_allocated(const struct source *s, const void *o);

/* May the block be what a thread had that a fork has left behind? */
bool source_was_left(const struct source *s, const struct source_block *b);

#endif /* LEAKSHIM_ANALYSIS_SOURCE_H */
