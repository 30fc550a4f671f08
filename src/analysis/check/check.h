/*
 * check.h - one check: from the lists to the findings
 *
 * In two steps, because the interpreter's own last collection lies between
 * them: check_find() determines what is unreachable; the shim lets that
 * collection run and reports which of it is still there; check_report() then
 * classifies, groups and describes, all on the heap as it was at the first step
 * (the child has its own copy of it).
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

#include "analysis/audit/audittypes.h"
#include "analysis/base/source.h"
#include "analysis/heap/notcloned.h"
#include "analysis/reach/lost.h"
#include "analysis/reach/world.h"
#include "report/omissions.h"

struct check {
	struct world world;
	struct notcloned notcloned;
	struct lost lost;
	bool has_lost; /* lost is there, and world.reach */
	struct audit audit;
	bool has_audit;
	struct growth *growth; /* what growth.c knows, or NULL */
	size_t n_kept;         /* constants of extensions, see preattach.h */
	struct omissions omissions; /* what was left out, and why */
	struct finding *findings;
	size_t n_findings, n_room;
	bool failed; /* memory ran out: some of them are not there */
};

/* Before all others. */
void check_begin(struct check *c, const struct source *s);

/* For check_reach(): what the clone lacks, while the program waits. */
void check_outside(struct check *c);

/* Mirror and trial deletion.  False with the reason in *why. */
bool check_find(struct check *c, const char **why);

/* Reachability: what is lost.  Here and below, failure is an omission. */
void check_reach(struct check *c);

/* The audit, if options ask for it. */
void check_audit(struct check *c);

/* Growth, if options ask for it. */
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
