/*
 * sort.h - qsort(3) without its memory
 *
 * Contract:
 *   side       analysis child
 *   allocates  never (the C library's may call malloc)
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_ANALYSIS_SORT_H
#define LEAKSHIM_ANALYSIS_SORT_H

#include <stddef.h>

/* n members of `size' bytes, as compare() has them; not stable. */
void sort_array(void *members, size_t n, size_t size,
		int (*compare)(const void *a, const void *b));

#endif /* LEAKSHIM_ANALYSIS_SORT_H */
