/*
 * guards.h - pages that look like plain memory and cannot be read
 *
 * glibc 2.42 makes the guard of a thread's stack by madvise(2)
 * (MADV_GUARD_INSTALL): the list of mappings does not show it.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_GUARDS_H
#define LEAKSHIM_ANALYSIS_GUARDS_H

#include <stdbool.h>

#include "analysis/heap/maps.h"

/* Take them out of the own process's mappings; false when memory is out. */
bool guards_cut_out(struct maps *m);

#endif /* LEAKSHIM_ANALYSIS_GUARDS_H */
