/*
 * bigarray.h - large arrays of the analysis, straight from mmap(2)
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_ANALYSIS_BIGARRAY_H
#define LEAKSHIM_ANALYSIS_BIGARRAY_H

#include <stddef.h>

/* Zeroed room for n members of size bytes; NULL when there is no memory. */
void *bigarray_map(size_t n, size_t size);

void bigarray_unmap(void *p, size_t n, size_t size);

/*
 * Room for one more behind the n members of p, which has room for *room of
 * them: p itself, or a larger array (of `first' at first) that has taken its
 * place.  NULL when there is no memory; p is as it was then.
 */
void *bigarray_grow(void *p, size_t n, size_t *room, size_t first, size_t size);

#endif /* LEAKSHIM_ANALYSIS_BIGARRAY_H */
