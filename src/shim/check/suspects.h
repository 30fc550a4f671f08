/*
 * suspects.h - which of the unreachable outlive a collection
 *
 * An address alone proves nothing: each suspect's block is marked in the side
 * table, and the mark dies with it.
 *
 * Contract of every function here:
 *   side       shim, the GIL held
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_SUSPECTS_H
#define LEAKSHIM_SHIM_SUSPECTS_H

#include <stdbool.h>

struct page;

/* Before the collection, all of them live. */
void suspects_mark(const struct page *page);

/* After it: is there any left to look for?  True if marks cannot show it. */
bool suspects_any_left(const struct page *page);

/* Remove from the side table those that were there only for their mark. */
void suspects_forget(const struct page *page);

#endif /* LEAKSHIM_SHIM_SUSPECTS_H */
