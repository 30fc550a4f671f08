/*
 * reach.h - what the process can still reach
 *
 * A conservative mark from the writable memory of the process over all blocks.
 * What stays unmarked is lost: nothing anywhere points to it but other lost
 * blocks and the collector's own lists.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_REACH_H
#define LEAKSHIM_ANALYSIS_REACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/base/mirror.h"
#include "analysis/base/source.h"
#include "analysis/cycles/cycles.h"
#include "analysis/heap/gather.h"
#include "analysis/heap/notcloned.h"
#include "analysis/reach/hubs.h"
#include "python/span.h"

enum {
	/* An object that is counted so often is a hub (hubs.h). */
	REACH_HUB_REFERENCES = 100,
	/*
	 * The registers of a thread that was not read: each may hold an object.
	 */
	REACH_REGISTERS = 16,
};

enum {
	UNCOUNTED_STRINGS, /* the table, if it is not a node */
	UNCOUNTED_ATTRIBUTES,
	UNCOUNTED_VERSIONS, /* two of them */
};

struct reach {
	struct gathered g;
	struct hubs hubs; /* the live ones that the mark has met */
	const struct source *s;
	const struct notcloned *notcloned;
	struct span uncounted[4]; /* see uncounted.h */
	uintptr_t *stack; /* marked nodes whose words are still to be visited */
	size_t n_stack, n_room;
	uintptr_t *later; /* memory that waits for its owner, if it has one */
	size_t n_later, later_room;
	struct span *passing; /* words: by garbage alone they stay (tables.h) */
	size_t n_passing, passing_room;
	bool has_garbage;
	bool ends_waiting; /* no more of them */
	bool in_roots; /* what is visited now is neither a node nor a stack */
	size_t n_hits; /* words that led to a block */
	size_t n_objects; /* reached */
	uint32_t ticks;
	bool gave_up;    /* out of time */
	bool in_stacks;  /* what is visited now is pointed to by a stack */
	bool in_passing; /* ... by nothing but cyclic garbage or a cache */
	size_t root_bytes;
};

/*
 * Mark from the roots, then from `garbage': what a collection would free is not
 * lost, nor is anything that it holds. o: words that the clone does not have.
 * False with the reason in *why.
 */
bool reach_mark(struct reach *r, const struct source *s, const struct mirror *m,
		const struct unreachable *garbage, const struct notcloned *o,
		const char **why);

void reach_fini(struct reach *r);

#endif /* LEAKSHIM_ANALYSIS_REACH_H */
