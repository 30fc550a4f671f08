/*
 * json_finding.h - one finding as a member of the array of findings
 *
 * Contract of every function here:
 *   side       analysis child and tool
 *   allocates  the buf's memory
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_JSON_FINDING_H
#define LEAKSHIM_REPORT_JSON_FINDING_H

#include <stdbool.h>

#include "report/report.h"

struct jsonwriter;

/* with_addresses adds "address" to the members of the cycle. */
void json_finding(struct jsonwriter *w, const struct finding *f,
		  bool with_addresses);

/* The same as a member of an object. */
void json_finding_as(struct jsonwriter *w, const char *key,
		     const struct finding *f, bool with_addresses);

#endif /* LEAKSHIM_REPORT_JSON_FINDING_H */
