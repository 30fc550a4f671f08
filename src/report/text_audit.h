/*
 * text_audit.h - the traverse audit for people: a table
 *
 * Contract of every function here:
 *   side       analysis child and tool
 *   allocates  the buf's memory
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_TEXT_AUDIT_H
#define LEAKSHIM_REPORT_TEXT_AUDIT_H

#include "report/report.h"

struct buf;

/* The rows of r->audit, with their modules and what to do; or that none is. */
void text_audit(struct buf *out, const struct report *r);

/* Some row says that a cycle can hide: more than a type not visited. */
bool audit_hides(const struct report *r);

#endif /* LEAKSHIM_REPORT_TEXT_AUDIT_H */
