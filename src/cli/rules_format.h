/*
 * rules_format.h - suppressions for what was found (--format=suppressions)
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  the buf's memory
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_RULES_FORMAT_H
#define LEAKSHIM_CLI_RULES_FORMAT_H

struct buf;
struct report;

/* A rule for each finding that is new, and what it is in a comment. */
void rules_format(struct buf *out, const struct report *r);

#endif /* LEAKSHIM_CLI_RULES_FORMAT_H */
