/*
 * reserved.h - reserved address space of which little is in use
 *
 * A sanitizer reserves 20 TiB, a database terabytes.  Kernels from 6.7 on say
 * which pages are there (pages.h); older ones have an entry for each, 3.5 s for
 * a terabyte.  But they count the pages of a mapping quickly: so a large one is
 * cut into many, and most of them have none.
 *
 * Contract of every function here:
 *   side       analysis child: the mappings of the process change
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_RESERVED_H
#define LEAKSHIM_ANALYSIS_RESERVED_H

#include <stdbool.h>

struct maps;

/*
 * Split where needed; true: the list is outdated then and must be read again.
 */
bool reserved_cut(const struct maps *m);

#endif /* LEAKSHIM_ANALYSIS_RESERVED_H */
