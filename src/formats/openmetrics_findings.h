/*
 * openmetrics_findings.h - the findings as metrics, and how a metric begins
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  the buf's memory, an arena of its own
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_FORMATS_OPENMETRICS_FINDINGS_H
#define LEAKSHIM_FORMATS_OPENMETRICS_FINDINGS_H

struct buf;
struct report;

/* # TYPE, # UNIT (the name's last word, or NULL) and # HELP. */
void metric_head(struct buf *out, const char *name, const char *type,
		 const char *unit, const char *help);

/* name="value", with a comma before it unless it is the first. */
void metric_label(struct buf *out, const char *name, const char *value);

void openmetrics_findings(struct buf *out, const struct report *r);

#endif /* LEAKSHIM_FORMATS_OPENMETRICS_FINDINGS_H */
