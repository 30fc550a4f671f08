/*
 * missed.h - the rows of coverage.missed, by their names
 *
 * Contract of every function here:
 *   side       analysis child and tool
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_MISSED_H
#define LEAKSHIM_REPORT_MISSED_H

#include <stdbool.h>

#include "report/report.h"

struct buf;

/* The words of omissions.def that readers look for. */

/* Nothing was found because nothing was seen: the analysis itself failed. */
#define MISSED_ANALYSIS "analysis"

/* Findings that only max_findings= has cut: counted, and not described. */
#define MISSED_FINDINGS "findings"

/* Checks that growth= still needs before it can say anything. */
#define MISSED_CHECKS "growth-checks"

bool missed_is(const struct report_missed *m, const char *what);

/*
 * Must it be reported even at verbosity 0?  What max_findings= has cut has a
 * line of its own.
 */
bool missed_is_said(const struct report_missed *m);

/*
 * Is it a reason for output if nothing was found?  Not that a list of what to
 * ignore could not be read: that was reported when the program started.
 */
bool missed_is_news(const struct report_missed *m);

/* Rows that must be said; 0: the report is about all that was asked for. */
size_t missed_n_said(const struct report *r);

/* "what (count): why", control characters made visible. */
void missed_put(struct buf *out, const struct report_missed *m);

/* The first row of that name; NULL: none. */
const struct report_missed *missed_find(const struct report *r,
					const char *what);

#endif /* LEAKSHIM_REPORT_MISSED_H */
