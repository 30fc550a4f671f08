/*
 * kinds.h - lists of kinds: fail_on= and kinds=
 *
 * "KIND" or "KIND/REASON", separated by commas, or "all" or "none".
 *
 * Contract of every function here:
 *   side       shim, analysis child and tool
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_KINDS_H
#define LEAKSHIM_REPORT_KINDS_H

#include <stdbool.h>

#include "report/report.h"

/* Is kind (for that reason) on the list? */
bool kinds_match(const char *list, enum finding_kind kind,
		 enum finding_reason reason);

/*
 * Does it fail by that list?  As above, but uncollectable/debug-saveall only
 * where it is named itself: the program asked for it.
 */
bool kinds_fail(const char *list, enum finding_kind kind,
		enum finding_reason reason);

#endif /* LEAKSHIM_REPORT_KINDS_H */
