/*
 * verdict.h - how bad a finding is, for formats that have levels
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_FORMATS_VERDICT_H
#define LEAKSHIM_FORMATS_VERDICT_H

#include <stdbool.h>

#include "report/report.h"

enum verdict {
	VERDICT_FAILS,    /* new, and by default it fails a gate */
	VERDICT_REPORTED, /* new, of a kind that does not */
	VERDICT_QUIET,    /* known, suppressed or the interpreter's own */
};

enum verdict verdict_of(const struct finding *f);

/* Would a new finding of that kind and reason fail by the default fail_on? */
bool verdict_kind_fails(enum finding_kind kind, enum finding_reason reason);

/* Neither suppressed nor the interpreter's own: it belongs into a profile. */
bool verdict_counts(const struct finding *f);

/* What the state means, as a clause. */
const char *verdict_state_text(enum finding_state state);

/* A sentence on a reason, or on a kind without reasons (REASON_NONE). */
const char *verdict_meaning(enum finding_kind kind, enum finding_reason reason);

/*
 * The i-th pair of kind and reason, in the order of kinds.def; a kind without
 * reasons is one with REASON_NONE.  False behind the last.
 */
bool verdict_pair(size_t i, enum finding_kind *kind,
		  enum finding_reason *reason);

#endif /* LEAKSHIM_FORMATS_VERDICT_H */
