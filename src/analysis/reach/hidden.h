/*
 * hidden.h - the type that hides a cycle from the collector
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_HIDDEN_H
#define LEAKSHIM_ANALYSIS_HIDDEN_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/reach/lost.h"

/*
 * Of the cycles at the head of the island: the edge from -> to (graph indices)
 * that the collector does not know of, and why.  False when it knows all.
 */
bool hidden_guilty(const struct lost *l, uint32_t island, uint32_t *from,
		   uint32_t *to, enum lost_verdict *why);

#endif /* LEAKSHIM_ANALYSIS_HIDDEN_H */
