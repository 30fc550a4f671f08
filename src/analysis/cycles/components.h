/*
 * components.h - strongly connected components (Tarjan, without recursion)
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_ANALYSIS_COMPONENTS_H
#define LEAKSHIM_ANALYSIS_COMPONENTS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The graph has n nodes; edges of node i are to[first[i] .. first[i + 1]).
 * component[i] receives the number of i's component, 0 up to *n_components.
 * False when memory is out.
 */
bool components_find(const uint32_t *first, const uint32_t *to, uint32_t n,
		     uint32_t *component, uint32_t *n_components);

#endif /* LEAKSHIM_ANALYSIS_COMPONENTS_H */
