/*
 * holders.h - by what name an object is known
 *
 * A dict that is counted too often is found more easily as "module m, its
 * .cache" than as a dict: of its holders, the most telling one is shown.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  the arena that is passed
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_HOLDERS_H
#define LEAKSHIM_ANALYSIS_HOLDERS_H

#include <stdbool.h>

#include "analysis/reach/world.h"

/* Find a holder of each hub that is left, as far as time allows. */
void holders_find(struct world *w);

/* Fill in out->held_by.  False when memory is out. */
bool holders_describe(struct world *w, const struct hub *hub,
		      struct finding *out);

#endif /* LEAKSHIM_ANALYSIS_HOLDERS_H */
