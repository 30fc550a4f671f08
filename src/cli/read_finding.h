/*
 * read_finding.h - one finding of a JSON report
 *
 * Contract: side tool; allocates from the reader's arena; no locks; not
 * signal-safe.
 */
#ifndef LEAKSHIM_CLI_READ_FINDING_H
#define LEAKSHIM_CLI_READ_FINDING_H

#include "cli/read_json.h"
#include "report/report.h"

/* Complaints go to the reader. */
void read_finding(struct reader *r, const json_t *o, struct finding *out);

#endif /* LEAKSHIM_CLI_READ_FINDING_H */
