/*
 * level.h - how bad a finding is, for formats that have levels
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_FORMATS_LEVEL_H
#define LEAKSHIM_FORMATS_LEVEL_H

#include <stdbool.h>

#include "report/report.h"

enum level {
	LEVEL_FAILS,    /* new, and it fails a gate */
	LEVEL_REPORTED, /* new, of a kind that does not */
	LEVEL_QUIET,    /* known, suppressed or the interpreter's own */
};

enum level level_of(const struct finding *f);

/* Neither suppressed nor the interpreter's own: it belongs into a profile. */
bool level_counts(const struct finding *f);

/* What the state means, as a clause. */
const char *level_state_text(enum finding_state state);

#endif /* LEAKSHIM_FORMATS_LEVEL_H */
