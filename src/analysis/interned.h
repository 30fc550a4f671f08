/*
 * interned.h - the table of interned strings, which holds nobody
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_INTERNED_H
#define LEAKSHIM_ANALYSIS_INTERNED_H

#include "analysis/reach.h"

/* Before the roots are visited: take the table's memory out of everything. */
void interned_cut_out(struct reach *r);

#endif /* LEAKSHIM_ANALYSIS_INTERNED_H */
