/*
 * filters.h - the files of suppressions= and baseline=
 *
 * Read at the start, before the program can change its directory, its root or
 * its user, or when a command names them; kept until the process ends, or
 * others are named.  A file that cannot be read does not disturb the program: a
 * line and the report say so.
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

/* Replace the current ones. *complaints gets lines about what is wrong. */
void filters_read(const struct options *o, struct buf *complaints);

/* The same for one check; then filters_put_back(). */
void filters_read_for_now(const struct options *o, struct buf *complaints);
void filters_put_back(void);

/* In the child of a fork, whose parent's check has others. */
void filters_forked(void);

/* Is a file that was asked for missing altogether? */
bool filters_are_unreadable(void);

#endif /* LEAKSHIM_SHIM_FILTERS_H */
