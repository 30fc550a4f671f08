/*
 * shared.h - islands that other processes may have as well, since a fork
 *
 * Such an island gets an ID that is the same in all of them (a keyed hash of
 * its address and of the process that allocated it), so that a merged report
 * counts it once.  If it was not recorded, it is not known whether it is from
 * before the fork: then islands with the same type at the same address with the
 * same content are taken for the same.
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

#include "analysis/base/classes.h"
#include "analysis/base/source.h"
#include "analysis/cycles/graph.h"
#include "common/arena.h"
#include "report/report.h"

struct shared_islands;

/* Islands beyond this number have no IDs. */
enum { SHARED_MOST = 1 << 17 };

/* Reset, before a check; how many islands were too many. */
void shared_begin(void);
int64_t shared_dropped(void);

/* The ID of an island, or of one object; false: only this process has it. */
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

/* Add it to those that look like it.  False when memory is out. */
bool shared_add(struct shared_islands **table, struct arena *a,
		const struct shared_island *is);

/* Move the table into the finding.  False when memory is out. */
bool shared_describe(struct shared_islands **table, struct arena *a,
		     struct finding *out);

/* Add those of f.  When memory is out, they are counted once per process. */
void shared_join(struct arena *a, struct finding *known,
		 const struct finding *f);

#endif /* LEAKSHIM_ANALYSIS_SHARED_H */
