/*
 * filters.h - the files of suppressions= and baseline=
 *
 * Read at the start, before the program can change its folder, its root or its
 * user, or when a command names them; kept until the process ends, or others are
 * named.  A file that cannot be read takes nothing
 * from the program: it is said, and the report says it too.
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_FILTERS_H
#define LEAKSHIM_SHIM_FILTERS_H

#include <stdbool.h>

#include "common/baseline.h"
#include "common/suppressions.h"

struct buf;
struct options;

struct filters {
	struct suppressions suppressions;
	struct baseline baseline;
	bool has_suppressions, has_baseline;
	/* Why a file that was asked for is not in force, or NULL. */
	const char *no_suppressions, *no_baseline;
};

extern struct filters filters;

/* Instead of those that there are.  Lines about what is wrong: *complaints. */
void filters_read(const struct options *o, struct buf *complaints);

/* The same for one check; then filters_put_back(). */
void filters_read_for_now(const struct options *o, struct buf *complaints);
void filters_put_back(void);

/* In the child of a fork, whose parent's check has others. */
void filters_forked(void);

/* A file that was asked for is not there at all. */
bool filters_are_unreadable(void);

#endif /* LEAKSHIM_SHIM_FILTERS_H */
