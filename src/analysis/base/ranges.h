/*
 * ranges.h - a growing list of address ranges
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_RANGES_H
#define LEAKSHIM_ANALYSIS_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct range {
	uintptr_t start, end;
};

struct ranges {
	struct range *all;
	size_t n, n_room;
	bool failed; /* memory ran out: some are missing */
};

/* Add one; joined with the last one where they touch. */
void ranges_add(struct ranges *r, uintptr_t start, uintptr_t end);

/* By address, and none overlaps another: before the queries below. */
void ranges_sort(struct ranges *r);

/* Of sorted ranges: the first that ends after the address; n if none does. */
size_t ranges_after(const struct ranges *r, uintptr_t address);

bool ranges_contain(const struct ranges *r, uintptr_t address);

void ranges_fini(struct ranges *r);

#endif /* LEAKSHIM_ANALYSIS_RANGES_H */
