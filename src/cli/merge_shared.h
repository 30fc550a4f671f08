/*
 * merge_shared.h - the islands of a finding that several processes may have
 *
 * After a fork parent and children have the same ones, and each reports them.
 * An island is identified by its ID, and counts once, however many reports have
 * it.  If they do not agree on what belongs to it, one is chosen by its
 * content, not by its order.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3); merge_shared_result() from the arena
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_MERGE_SHARED_H
#define LEAKSHIM_CLI_MERGE_SHARED_H

#include <stddef.h>

#include "report/report.h"

struct arena;

/* A member: set to zero before the first. */
struct merge_shared {
	struct merge_shape *shapes; /* islands that look alike */
	struct merge_id *ids;
};

void merge_shared_add(struct merge_shared *s, const struct finding *f);

/* Put them into out->shared.  Names belong to s. */
void merge_shared_result(struct merge_shared *s, struct arena *a,
			 struct finding *out);

void merge_shared_free(struct merge_shared *s);

#endif /* LEAKSHIM_CLI_MERGE_SHARED_H */
