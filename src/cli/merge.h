/*
 * merge.h - merge any number of reports
 *
 * Equal fingerprints become one finding and their numbers add up.  Facts about
 * the processes are kept if all reports agree.  Where one of several has to
 * stand for all, such as the cycle that is shown, it is chosen by its content,
 * not by its order: merging is commutative and associative.
 *
 * A report can be dropped once it has been added: what is kept is bounded by
 * the different findings, not by the number of reports.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3); merge_result() also from the arena
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_MERGE_H
#define LEAKSHIM_CLI_MERGE_H

#include <stddef.h>

struct arena;
struct merge;
struct report;

struct merge *merge_new(void);

/* Add a report; nothing of it is kept by address. */
void merge_add(struct merge *m, const struct report *r);

/* How many have been added. */
size_t merge_count(const struct merge *m);

/*
 * Once, at the end: the one report, its findings in order (report/order.h).
 * Strings belong to the arena and to m.
 */
void merge_result(struct merge *m, struct arena *a, struct report *out);

void merge_free(struct merge *m);

#endif /* LEAKSHIM_CLI_MERGE_H */
