#include "config.h"

#include "analysis/base/bigarray.h"

#include <string.h>
#include <sys/mman.h>

#include "common/ownmap.h"

void *
bigarray_map(size_t n, size_t size)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(n ? n : 1, size, &bytes))
		return NULL;
	p = ownmap_reserve(bytes);
	if (!p)
		return NULL;
	/*
	 * Random access over hundreds of megabytes is what huge pages are for.
	 */
	if (bytes >= 1 << 23)
		madvise(p, bytes, MADV_HUGEPAGE);
	return p;
}

void
bigarray_unmap(void *p, size_t n, size_t size)
{
	ownunmap(p, (n ? n : 1) * size);
}

void *
bigarray_grow(void *p, size_t n, size_t *room, size_t first, size_t size)
{
	size_t larger = *room ? *room * 2 : first;
	void *more;

	if (n < *room)
		return p;
	more = bigarray_map(larger, size);
	if (!more)
		return NULL;
	if (n)
		memcpy(more, p, n * size);
	if (p)
		bigarray_unmap(p, *room, size);
	*room = larger;
	return more;
}
