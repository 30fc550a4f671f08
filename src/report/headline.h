/*
 * headline.h - what a finding is, in one sentence
 *
 * Contract of every function here:
 *   side       analysis child and tool
 *   allocates  the buf's memory
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_HEADLINE_H
#define LEAKSHIM_REPORT_HEADLINE_H

#include "report/report.h"

struct buf;

/* "UNCOLLECTABLE", "LOST REFERENCE": how a finding begins. */
const char *headline_title(enum finding_kind kind);

/* "1 cycle, 2 objects, 424 bytes". */
void headline_counts(struct buf *out, const struct finding *f);

/* The sentence after the colon. */
void headline_put(struct buf *out, const struct finding *f);

/* "2 objects uncollectable (424 bytes)": one kind in the line of totals. */
void headline_total(struct buf *out, enum finding_kind kind,
		    const struct report_sum *sum);

#endif /* LEAKSHIM_REPORT_HEADLINE_H */
