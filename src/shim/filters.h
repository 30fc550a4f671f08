/*
 * filters.h - the files of suppressions= and baseline=
 *
 * Read at the start, before the program can change its folder, its root or its
 * user; kept until the process ends.  A file that cannot be read takes nothing
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

/* Lines about what is wrong go to *complaints. */
void filters_read(const struct options *o, struct buf *complaints);

/* A file that was asked for is not there at all. */
bool filters_are_unreadable(void);

#endif /* LEAKSHIM_SHIM_FILTERS_H */
