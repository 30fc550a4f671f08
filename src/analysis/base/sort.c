#include "config.h"

#include "analysis/base/sort.h"

#include <string.h>

static void
swap(char *a, char *b, size_t size)
{
	char kept[64];

	while (size) {
		size_t n = size < sizeof kept ? size : sizeof kept;

		memcpy(kept, a, n);
		memcpy(a, b, n);
		memcpy(b, kept, n);
		a += n;
		b += n;
		size -= n;
	}
}

static void
sift_down(char *members, size_t root, size_t n, size_t size,
	  int (*compare)(const void *a, const void *b))
{
	size_t child;

	for (; (child = 2 * root + 1) < n; root = child) {
		char *c = members + child * size;

		if (child + 1 < n && compare(c, c + size) < 0) {
			child++;
			c += size;
		}
		if (compare(members + root * size, c) >= 0)
			return;
		swap(members + root * size, c, size);
	}
}

/* Heap sort: no recursion, no memory. */
void
sort_array(void *members, size_t n, size_t size,
	   int (*compare)(const void *a, const void *b))
{
	char *m = members;
	size_t i;

	for (i = n / 2; i-- > 0;)
		sift_down(m, i, n, size, compare);
	for (i = n; i-- > 1;) {
		swap(m, m + i * size, size);
		sift_down(m, 0, i, size, compare);
	}
}
