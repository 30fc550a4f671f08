#include "config.h"

#include "analysis/base/ranges.h"

#include <string.h>

#include "analysis/base/bigarray.h"
#include "analysis/base/sort.h"

void
ranges_add(struct ranges *r, uintptr_t start, uintptr_t end)
{
	struct range *more;

	if (start >= end)
		return;
	if (r->n && r->all[r->n - 1].end == start) {
		r->all[r->n - 1].end = end;
		return;
	}
	more = bigarray_grow(r->all, r->n, &r->n_room, 256, sizeof *more);
	if (!more) {
		r->failed = true;
		return;
	}
	r->all = more;
	r->all[r->n++] = (struct range){start, end};
}

static int
compare(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static bool
is_sorted(const struct ranges *r)
{
	size_t i;

	for (i = 1; i < r->n; i++)
		if (r->all[i - 1].start > r->all[i].start)
			return false;
	return true;
}

void
ranges_sort(struct ranges *r)
{
	struct range *a = r->all;
	size_t i, kept = 0;

	if (!is_sorted(r))
		sort_array(a, r->n, sizeof *a, compare);
	for (i = 0; i < r->n; i++) {
		if (kept && a[i].start <= a[kept - 1].end) {
			if (a[i].end > a[kept - 1].end)
				a[kept - 1].end = a[i].end;
		} else {
			a[kept++] = a[i];
		}
	}
	r->n = kept;
}

size_t
ranges_after(const struct ranges *r, uintptr_t address)
{
	size_t low = 0, high = r->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (r->all[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
ranges_contain(const struct ranges *r, uintptr_t address)
{
	size_t i = ranges_after(r, address);

	return i < r->n && r->all[i].start <= address;
}

void
ranges_fini(struct ranges *r)
{
	bigarray_unmap(r->all, r->n_room, sizeof *r->all);
	memset(r, 0, sizeof *r);
}
