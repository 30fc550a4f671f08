/*
 * merge_checks.h - whether growth= had its checks, for merged reports
 *
 * The first reports of each series lack it, and later ones of the same process
 * do not: the last one of a process decides, whatever the order of the files.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3)
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_MERGE_CHECKS_H
#define LEAKSHIM_CLI_MERGE_CHECKS_H

#include "report/report.h"

struct arena;
struct merge_checks;

/* One more report, which is borrowed. */
void merge_checks_add(struct merge_checks **table, const struct report *r);

/*
 * Append the row to out->missed, if a process still needs checks: as many as
 * the one that needs most.
 */
void merge_checks_result(const struct merge_checks *table, struct arena *a,
			 struct report *out);

void merge_checks_free(struct merge_checks **table);

#endif /* LEAKSHIM_CLI_MERGE_CHECKS_H */
