#include "config.h"

#include "analysis/bigarray.h"

#include <sys/mman.h>

void *
bigarray_map(size_t n, size_t size)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(n ? n : 1, size, &bytes))
		return NULL;
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	/* Random access over hundreds of megabytes is what huge pages are for. */
	if (bytes >= 1 << 23)
		madvise(p, bytes, MADV_HUGEPAGE);
	return p;
}

void
bigarray_unmap(void *p, size_t n, size_t size)
{
	if (p)
		munmap(p, (n ? n : 1) * size);
}
