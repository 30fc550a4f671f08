/*
 * doomed.h - what the collection that is about to run will free
 *
 * Asked when a collection starts, with the lists that it will look at: trial
 * deletion then finds what the collector will.
 *
 * Contract of every function here:
 *   side       the target, the GIL held
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_DOOMED_H
#define LEAKSHIM_ANALYSIS_DOOMED_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/check/check.h"

/*
 * After check_find(): a finding for each group of islands that have the same
 * epoch; it lives as long as the check.  False when memory is out.
 */
bool doomed_find(struct check *c, void (*each)(const struct finding *f,
					       uint32_t epoch, bool is_own));

#endif /* LEAKSHIM_ANALYSIS_DOOMED_H */
