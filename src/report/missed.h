/*
 * missed.h - what coverage.missed says, by the names of its rows
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

/* Nothing was found because nothing was seen: the analysis itself failed. */
#define MISSED_ANALYSIS "analysis"

/* Findings that only max_findings= has cut: counted, and not described. */
#define MISSED_FINDINGS "findings"

bool missed_is(const struct report_missed *m, const char *what);

/* The first row of that name; NULL: none. */
const struct report_missed *missed_find(const struct report *r,
					const char *what);

#endif /* LEAKSHIM_REPORT_MISSED_H */
