/*
 * catalog.h - the kinds and reasons of findings, with what they mean
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_FORMATS_CATALOG_H
#define LEAKSHIM_FORMATS_CATALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "report/report.h"

/*
 * The i-th pair of kind and reason, in the order of kinds.def; a kind without
 * reasons is one with REASON_NONE.  False behind the last.
 */
bool catalog_pair(size_t i, enum finding_kind *kind,
		  enum finding_reason *reason);

/*
 * A sentence on such a pair, without a full stop; "" if the pair does not
 * exist.
 */
const char *catalog_meaning(enum finding_kind kind, enum finding_reason reason);

/* Would a new finding of that kind and reason fail by the default fail_on? */
bool catalog_fails(enum finding_kind kind, enum finding_reason reason);

#endif /* LEAKSHIM_FORMATS_CATALOG_H */
