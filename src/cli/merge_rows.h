/*
 * merge_rows.h - rows of several reports, equal ones added up
 *
 * A row is identified by its text; its counts are added up, and the rest is
 * that of the least row.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3); merge_rows_*() that fill a report from the arena
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_MERGE_ROWS_H
#define LEAKSHIM_CLI_MERGE_ROWS_H

#include "report/report.h"

struct arena;
struct merge_row;

void merge_rows_missed(struct merge_row **table, const struct report *r);
void merge_rows_audit(struct merge_row **table, const struct report *r);
void merge_rows_rules(struct merge_row **table, const struct report *r);

/* Sort them, whatever the order in which they came. */
void merge_rows_sort(struct merge_row **table);

/* The rows of each table in *out. */
void merge_rows_result(struct arena *a, struct merge_row *missed,
		       struct merge_row *audit, struct merge_row *rules,
		       struct report *out);

void merge_rows_free(struct merge_row **table);

#endif /* LEAKSHIM_CLI_MERGE_ROWS_H */
