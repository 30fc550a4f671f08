/*
 * audittypes.h - types that hold what their tp_traverse never visits
 *
 * If a live object has a word that holds a tracked object which its type does
 * not visit, that is either a counted reference, of which the collector does
 * not know, or a borrowed pointer.  The target's reference count shows which:
 * if there are fewer other words for it, in all memory of the process, than it
 * has references, then this word is one.  A field that is certainly borrowed in
 * some instances accuses no type.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) and common/hash.h's pool
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_AUDITTYPES_H
#define LEAKSHIM_ANALYSIS_AUDITTYPES_H

#include "analysis/audit/auditpair.h"
#include "common/hash.h"

/* A field of a type that some instance does not visit. */
struct audit_row {
	struct {
		void *type;
		intptr_t offset;
	} key;
	int64_t strong;        /* instances in which it must be a reference */
	int64_t borrowed;      /* ... in which it cannot be one */
	int64_t targets;       /* what the strong ones hold */
	void *holder, *target; /* one of the strong ones */
	UT_hash_handle hh;
};

struct audit_word; /* an unvisited word */

struct audit {
	struct auditpair pair;
	uint32_t *words; /* node -> words of the process that hold it */
	struct audit_row *rows;
	struct audit_word *found;
	size_t n, n_room;
	bool failed; /* memory ran out */
};

/* Fill in the rows.  False with the reason in *why (static storage). */
bool audit_find(struct audit *a, struct reach *r, const struct mirror *m,
		const char **why);

/*
 * Does the row accuse its type?  Not if its only evidence is one target that
 * another thread may have held in a register.
 */
bool audit_is_proven(const struct audit_row *row);

void audit_fini(struct audit *a);

#endif /* LEAKSHIM_ANALYSIS_AUDITTYPES_H */
