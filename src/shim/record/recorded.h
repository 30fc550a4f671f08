/*
 * recorded.h - what was recorded, passed to the analysis
 *
 * Contract of every function here:
 *   side       shim, the GIL held; what it hands over: the clone
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_RECORDED_H
#define LEAKSHIM_SHIM_RECORDED_H

#include <stdint.h>

#include "analysis/base/source.h"

/*
 * Set everything in *s that is the same for every check, and clear the rest.
 * since: the first epoch of interest, 0: all; until: the first that is not of
 * interest, 0: none.  There is one such source at a time.
 */
void recorded_source(struct source *s, uint32_t since, uint32_t until);

#endif /* LEAKSHIM_SHIM_RECORDED_H */
