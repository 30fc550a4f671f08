/*
 * auditpair.h - what an object holds, and what its tp_traverse visits of it
 *
 * One object at a time: each visit of tp_traverse is paired with a word that
 * holds what was visited, in the object itself or in memory that it leads to.
 * What is left over on either side is what the audit is about.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_AUDITPAIR_H
#define LEAKSHIM_ANALYSIS_AUDITPAIR_H

#include "analysis/base/mirror.h"
#include "analysis/reach/reach.h"

struct auditpair {
	const struct reach *r;
	const struct mirror *m;
	/* Of all objects together, by the node of the target: */
	uint32_t *visits;   /* by any tp_traverse */
	uint32_t *wordless; /* ... for which no word of the visitor is known */

	/* The object at work: */
	void *o;
	node_id *seen; /* what it visits, each once */
	size_t n_seen;
	uint32_t *left;   /* node -> visits that have no word yet */
	uint32_t *stamps; /* node -> the stamp of the object that visits it */
	uint32_t stamp;
	uint32_t n_left;
	/* The word of o at the offset holds a target that is never visited. */
	void (*unvisited)(void *o, intptr_t offset, node_id target, void *ctx);
	void *ctx;
	struct worklist *worklist;
};

/* False when memory is out. */
bool auditpair_init(struct auditpair *p, const struct reach *r,
		    const struct mirror *m);

/*
 * Pair the object; calls unvisited().  It is tracked, or its type takes no part
 * in garbage collection.  (What is tracked is traversed, whatever its tp_is_gc
 * says: greenlets that run are merely not collected.)
 */
void auditpair_object(struct auditpair *p, void *o, bool is_tracked);

/* The tracked object that the word holds, NODE_NONE if it holds none. */
node_id auditpair_target(const struct auditpair *p, uintptr_t word);

void auditpair_fini(struct auditpair *p);

#endif /* LEAKSHIM_ANALYSIS_AUDITPAIR_H */
