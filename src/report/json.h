/*
 * json.h - a report as JSON (leakshim.report/1)
 *
 * The fields are fixed, and listed in leakshim-report(5).  None is ever left
 * out; unknown values are null.
 *
 * Contract of every function here:
 *   side       analysis child and tool
 *   allocates  the buf's memory
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_JSON_H
#define LEAKSHIM_REPORT_JSON_H

#include <stdbool.h>

#include "report/report.h"

struct buf;

/* with_addresses (verbosity=2) adds "address" to the members of cycles. */
void report_json(struct buf *out, const struct report *r, bool with_addresses);

#endif /* LEAKSHIM_REPORT_JSON_H */
