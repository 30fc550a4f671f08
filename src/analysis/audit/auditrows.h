/*
 * auditrows.h - what the audit found, as rows of the report
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  the arena that is passed
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_AUDITROWS_H
#define LEAKSHIM_ANALYSIS_AUDITROWS_H

#include "analysis/audit/audittypes.h"

struct arena;
struct omissions;
struct report;

/*
 * Put the proven rows into the report, and count those that are not certain.
 * False when memory is out.
 */
bool auditrows_report(struct arena *a, const struct audit *audit,
		      struct report *r, struct omissions *omissions);

#endif /* LEAKSHIM_ANALYSIS_AUDITROWS_H */
