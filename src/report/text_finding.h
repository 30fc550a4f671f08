/*
 * text_finding.h - one finding as a block of lines
 *
 * Contract of every function here:
 *   side       analysis child and tool
 *   allocates  the buf's memory
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_TEXT_FINDING_H
#define LEAKSHIM_REPORT_TEXT_FINDING_H

#include <stdbool.h>

#include "report/report.h"

struct buf;
struct text_style;

/* says_order: also say that the innermost frame comes first. */
void text_finding(struct buf *out, const struct report *r,
		  const struct finding *f, const struct text_style *style,
		  bool says_order);

/* Why f has no backtrace, as a clause. */
const char *text_why_unknown(const struct report *r, const struct finding *f);

#endif /* LEAKSHIM_REPORT_TEXT_FINDING_H */
