#include "config.h"

#include "analysis/heap/pages.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "analysis/heap/maps.h"

enum { AT_ONCE = 512 };

/* Up to here each page is asked for: 8 ms. */
#define FEW_BYTES ((uintptr_t)4 << 30)

struct walk {
	void (*each)(uintptr_t from, uintptr_t to, bool is_sure, void *ctx);
	void *ctx;
};

/* linux/fs.h of 6.7, which the oldest C library we are built with lacks. */
struct region {
	uint64_t start, end, categories;
};

struct scan {
	uint64_t size, flags, start, end, walk_end, vector, vector_length,
		max_pages, inverted, mask, any_of, returned;
};

enum { IS_PRESENT = 1 << 3, IS_SWAPPED = 1 << 4 };

#define SCAN _IOWR('f', 16, struct scan)

int
pages_open(void)
{
	return (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/pagemap",
			    O_RDONLY | O_CLOEXEC);
}

void
pages_close(int pagemap)
{
	if (pagemap >= 0)
		syscall(SYS_close, pagemap);
}

/* Each page's entry; where they cannot be read, all of it was touched. */
static void
walk_by_entries(int pagemap, uintptr_t at, uintptr_t to, const struct walk *w)
{
	uint64_t entries[AT_ONCE];

	while (at < to) {
		size_t n = (to - at) / PAGES_BYTES, i;

		if (n > AT_ONCE)
			n = AT_ONCE;
		if (pagemap < 0 ||
		    syscall(SYS_pread64, pagemap, entries, n * 8,
			    at / PAGES_BYTES * 8) != (long)(n * 8)) {
			w->each(at, to, true, w->ctx);
			return;
		}
		for (i = 0; i < n;) {
			size_t first = i;
			uint64_t state = entries[i] >> 62;

			while (i < n && entries[i] >> 62 == state)
				i++;
			/*
			 * Bit 63: present; bit 62: in swap, or a guard
			 * (MADV_GUARD_INSTALL), which cannot be read.
			 */
			if (state)
				w->each(at + first * PAGES_BYTES,
					at + i * PAGES_BYTES, state != 1,
					w->ctx);
		}
		at += n * PAGES_BYTES;
	}
}

/* Kernels from 6.7 on: only what there is.  False: this one does not. */
static bool
walk_by_scan(int pagemap, uintptr_t from, uintptr_t to, const struct walk *w)
{
	struct region regions[AT_ONCE];
	struct scan s = {
		.size = sizeof s,
		.start = from,
		.end = to,
		.vector = (uintptr_t)regions,
		.vector_length = AT_ONCE,
		.any_of = IS_PRESENT | IS_SWAPPED,
		.returned = IS_PRESENT | IS_SWAPPED,
	};

	while (s.start < to) {
		long n = syscall(SYS_ioctl, pagemap, SCAN, &s), i;

		if (n < 0 || s.walk_end <= s.start) {
			if (s.start == from)
				return false;
			walk_by_entries(pagemap, s.start, to, w);
			return true;
		}
		for (i = 0; i < n; i++)
			w->each(regions[i].start, regions[i].end,
				regions[i].categories & IS_PRESENT, w->ctx);
		s.start = s.walk_end;
	}
	return true;
}

bool
pages_can_scan(int pagemap)
{
	struct scan s = {.size = sizeof s};

	return pagemap >= 0 && syscall(SYS_ioctl, pagemap, SCAN, &s) == 0;
}

void
pages_walk(int pagemap, const struct map *map,
	   void (*each)(uintptr_t from, uintptr_t to, bool is_sure, void *ctx),
	   void *ctx)
{
	const struct walk w = {each, ctx};

	if (map->flags & MAP_IS_UNTOUCHED)
		return;
	if (map->end - map->start <= FEW_BYTES || pagemap < 0 ||
	    !walk_by_scan(pagemap, map->start, map->end, &w))
		walk_by_entries(pagemap, map->start, map->end, &w);
}
