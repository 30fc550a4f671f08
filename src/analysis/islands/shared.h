/*
 * shared.h - islands that other processes may have as well, since a fork
 *
 * Such an island gets a number that is the same in all of them (a keyed hash of
 * where it is and who allocated it), so that who merges their reports counts it
 * once.  Of what was not recorded it is not known whether it is from before the
 * fork: there the same type at the same address with the same content makes it
 * the same.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  the arena that is passed, and common/hash.h's pool
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_SHARED_H
#define LEAKSHIM_ANALYSIS_SHARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/base/source.h"
#include "analysis/cycles/graph.h"
#include "analysis/islands/classes.h"
#include "common/arena.h"
#include "report/report.h"

struct shared_islands;

/* Islands beyond that have no numbers. */
enum { SHARED_MOST = 1 << 17 };

/* Forget how many there were, before a check; how many were too many. */
void shared_begin(void);
int64_t shared_dropped(void);

/* The number of an island, or of one object; false: it is ours alone. */
bool shared_of_island(const struct source *s, const struct graph *g,
		   uint32_t island, uint64_t *id);
bool shared_of_object(const struct source *s, const void *o, uint64_t *id);

/* Of one island: what its classes count is in them (class->count and bytes). */
struct shared_island {
	uint64_t id;
	int64_t objects, bytes;
	struct class *const *classes;
	size_t n_classes;
};

/* Put it to those that look like it.  False when memory is out. */
bool shared_add(struct shared_islands **table, struct arena *a, const struct shared_island *is);

/* Into the finding, and the table is gone.  False when memory is out. */
bool shared_describe(struct shared_islands **table, struct arena *a, struct finding *out);

/* Those of f as well.  Memory out: they are lost, and counted for each. */
void shared_join(struct arena *a, struct finding *known, const struct finding *f);

#endif /* LEAKSHIM_ANALYSIS_SHARED_H */
