/*
 * judge.h - from facts to verdicts: kind, reason, what is worth printing
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  the arena that is passed
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_ANALYSIS_JUDGE_H
#define LEAKSHIM_ANALYSIS_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/base/mirror.h"
#include "analysis/base/source.h"
#include "analysis/heap/maps.h"
#include "analysis/islands/groups.h"
#include "common/arena.h"

/*
 * The verdicts on an unreachable object; the first that applies, in this order.
 */
enum verdict {
	VERDICT_LEGACY,
	VERDICT_GARBAGE,
	VERDICT_SAVEALL,
	VERDICT_FROZEN,
	VERDICT_NOT_CLEARABLE,
	VERDICT_GC_DISABLED,
	VERDICT_PENDING,
	VERDICTS
};

enum verdict judge_node(const struct source *s, const struct node *node);

void judge_words(enum verdict v, enum finding_kind *kind,
		 enum finding_reason *reason);

/*
 * kinds=, with the quiet default: garbage that is only waiting for a collection
 * is counted, not printed, unless it has a finalizer or is_own (allocated by
 * the program's own code).
 */
bool judge_is_worth_printing(const struct source *s, const struct finding *f,
			     bool is_own);

/* Add f's numbers to `known', which has the same fingerprint. */
void judge_merge(struct arena *a, struct finding *known,
		 const struct finding *f);

/* As report/order.h has it. */
void judge_order(struct finding *findings, size_t n);

/* fail_on, max_findings, and the one line about quiet garbage. */
void judge_finish(const struct options *o, struct report *r);

/* May all objects of the group be constants, given that `kept' are held? */
bool judge_may_be_constants(const struct maps *maps, const struct group *group,
			    size_t kept);

#endif /* LEAKSHIM_ANALYSIS_JUDGE_H */
