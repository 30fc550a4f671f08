/*
 * check.h - one check: from the lists to the findings
 *
 * In two steps, because the interpreter's own last collection lies between
 * them: check_find() says what is unreachable; the shim lets that collection
 * run and tells which of it is still there; check_report() then classifies,
 * groups and describes, all on the heap as it was at the first step (the child
 * has its own copy of it).
 *
 * Contract of every function here:
 *   side       analysis child; or the target with isolate=0, the GIL held
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_CHECK_H
#define LEAKSHIM_ANALYSIS_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/audit.h"
#include "analysis/classes.h"
#include "analysis/cycles.h"
#include "analysis/lost.h"
#include "analysis/mirror.h"
#include "analysis/outside.h"
#include "analysis/reach.h"
#include "analysis/source.h"
#include "common/arena.h"

struct check {
	struct arena arena; /* of everything in the report */
	const struct source *source;
	struct mirror mirror;
	struct unreachable unreachable;
	struct classes classes;
	struct outside outside;
	struct reach reach;
	struct lost lost;
	bool has_lost;          /* reach and lost are there */
	const char *no_reach;   /* why not, or NULL */
	const char *no_surplus; /* why reach.hubs are not sorted out, or NULL */
	bool has_reach;         /* reach alone is */
	struct audit audit;
	bool has_audit;
	const char *no_audit;
	struct growth *growth; /* what growth.c knows, or NULL */
	const char *no_growth;
	int64_t n_unproven;     /* fields of which the audit is not certain */
	int64_t n_withheld;     /* islands that a thread may hold */
	int64_t n_ageless;      /* not recorded: perhaps the interpreter's own */
	int64_t n_few;         /* blocks of memory that are no series */
	int64_t n_inherited;   /* blocks from before a fork */
	int64_t n_constants;   /* from before the attach, perhaps constants */
	int64_t n_initial;      /* made by the initialization of an extension */
	size_t n_kept;          /* constants of extensions, see hindsight.h */
	struct finding *findings;
	size_t n_findings, n_room;
	bool failed; /* memory ran out: the report is not complete */
};

/* Before all others. */
void check_begin(struct check *c, const struct source *s);

/* For check_reach(): what the clone lacks, while the program waits. */
void check_outside(struct check *c);

/* Mirror and trial deletion.  False with the reason in *why. */
bool check_find(struct check *c, const char **why);

/* Reachability: what is lost.  Where it fails, no_reach says why. */
void check_reach(struct check *c);

/* The audit, if options ask for it.  Where it fails, no_audit says why. */
void check_audit(struct check *c);

/* What grows, if options ask for it.  Where it fails, no_growth says why. */
void check_growth(struct check *c);

/* Object number i of the unreachable set is still there (identity proven). */
void check_survived(struct check *c, size_t i);

/*
 * Fill in the findings and the heap numbers of r; everything else of r is the
 * caller's.  Findings are ordered: failing first, then by bytes.
 */
void check_report(struct check *c, struct report *r);

void check_fini(struct check *c);

#endif /* LEAKSHIM_ANALYSIS_CHECK_H */
