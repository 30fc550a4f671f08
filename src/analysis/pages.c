#include "config.h"

#include "analysis/pages.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { AT_ONCE = 512 };

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

void
pages_walk(int pagemap, uintptr_t from, uintptr_t to,
	   void (*each)(uintptr_t from, uintptr_t to, bool is_sure, void *ctx),
	   void *ctx)
{
	uint64_t entries[AT_ONCE];
	uintptr_t at = from;

	while (at < to) {
		size_t n = (to - at) / PAGES_BYTES, i;

		if (n > AT_ONCE)
			n = AT_ONCE;
		if (pagemap < 0 ||
		    syscall(SYS_pread64, pagemap, entries, n * 8,
			    at / PAGES_BYTES * 8) != (long)(n * 8)) {
			each(at, to, true, ctx);
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
				each(at + first * PAGES_BYTES,
				     at + i * PAGES_BYTES, state != 1, ctx);
		}
		at += n * PAGES_BYTES;
	}
}
