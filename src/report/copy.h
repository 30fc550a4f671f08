/*
 * copy.h - a finding that outlives the arena it was made in
 *
 * Contract of every function here:
 *   side       shim, analysis child and tool
 *   allocates  the arena that is passed
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_REPORT_COPY_H
#define LEAKSHIM_REPORT_COPY_H

#include <stdbool.h>

#include "report/report.h"

struct arena;

/*
 * Copy f with all that it points to, except for what only live objects have
 * (growth, holders, hidden types).  False when memory is out.
 */
bool report_copy_finding(struct arena *a, const struct finding *f,
			 struct finding *out);

#endif /* LEAKSHIM_REPORT_COPY_H */
