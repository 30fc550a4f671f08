#include "config.h"

#include "analysis/base/sort.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

/* Larger than what is swapped at once, and no multiple of it. */
struct member {
	unsigned key;
	char more[150];
};

static int
by_key(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

/* The oracle is qsort(3). */
static void
agrees(size_t n, unsigned different)
{
	struct member *ours = calloc(n + 1, sizeof *ours);
	struct member *theirs = calloc(n + 1, sizeof *theirs);
	unsigned x = 12345;
	size_t i;

	for (i = 0; i < n; i++) {
		x = x * 1103515245 + 12345;
		ours[i].key = (x >> 8) % different;
		memset(ours[i].more, (int)(ours[i].key & 127),
		       sizeof ours[i].more);
	}
	ours[n].key = 7; /* behind the end */
	memcpy(theirs, ours, (n + 1) * sizeof *ours);
	sort_array(ours, n, sizeof *ours, by_key);
	qsort(theirs, n, sizeof *theirs, by_key);
	ok(!memcmp(ours, theirs, (n + 1) * sizeof *ours),
	   "%zu members with %u keys", n, different);
	free(ours);
	free(theirs);
}

int
main(void)
{
	size_t n;

	for (n = 0; n < 10; n++)
		agrees(n, 1000);
	agrees(1000, 1000000);
	agrees(1000, 3);
	agrees(1000, 1);
	return tap_done();
}
