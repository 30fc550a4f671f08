/*
 * text_rules.h - what suppressions and a baseline did, as lines of text
 *
 * Contract of every function here:
 *   side       analysis child and tool
 *   allocates  the buf's memory
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_TEXT_RULES_H
#define LEAKSHIM_REPORT_TEXT_RULES_H

struct buf;
struct report;

/* "==leakshim:PID== ", with which lines about the process begin. */
void text_prefix(struct buf *out, const struct report *r);

/* How many findings are not shown for it, and the table of rules. */
void text_rules(struct buf *out, const struct report *r);

#endif /* LEAKSHIM_REPORT_TEXT_RULES_H */
