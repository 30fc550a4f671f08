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

/* Nothing but a SUMMARY line when there are no findings to print. */
void report_text(struct buf *out, const struct report *r,
		 const struct text_style *style);

#endif /* LEAKSHIM_REPORT_TEXT_H */
