/*
 * text.h - a report for people
 *
 * Contract of every function here:
 *   side       analysis child and tool
 *   allocates  the buf's memory
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_TEXT_H
#define LEAKSHIM_REPORT_TEXT_H

#include <stdbool.h>

#include "report/report.h"

struct buf;

struct text_style {
	bool colour;         /* a terminal, and no NO_COLOR */
	bool with_addresses; /* verbosity=2 */
	bool with_missed;    /* what coverage lacks, line by line */
};

/*
 * Findings, then one line each for garbage that is merely pending and for what
 * is counted but not shown, then SUMMARY; without findings the header and the
 * totals are left out.  An analysis that failed is always said.
 */
void report_text(struct buf *out, const struct report *r,
		 const struct text_style *style);

/*
 * Is there a finding to show, or a failed analysis, so that even a quiet run
 * prints?
 */
bool report_has_news(const struct report *r);

#endif /* LEAKSHIM_REPORT_TEXT_H */
