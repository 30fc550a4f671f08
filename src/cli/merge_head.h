/*
 * merge_head.h - merge everything of several reports except the findings
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3)
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_MERGE_HEAD_H
#define LEAKSHIM_CLI_MERGE_HEAD_H

#include "common/arena.h"
#include "report/report.h"

struct merge_row;

struct merge_head {
	struct arena arena; /* of what the first report said */
	struct report all;
	size_t n; /* reports that were added */
	struct merge_row *missed, *audit, *rules;
	struct merge_checks *checks;
};

void merge_head_add(struct merge_head *h, const struct report *r);

/* Everything of *out but its findings. */
void merge_head_result(struct merge_head *h, struct arena *a,
		       struct report *out);

void merge_head_fini(struct merge_head *h);

#endif /* LEAKSHIM_CLI_MERGE_HEAD_H */
