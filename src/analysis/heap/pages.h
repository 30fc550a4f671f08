/*
 * pages.h - which pages of anonymous memory were ever written to
 *
 * Programs reserve much more memory than they use, and glibc 2.42 hides the
 * guard of a thread's stack from the list of mappings: what cannot be read
 * looks like plain memory there.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_PAGES_H
#define LEAKSHIM_ANALYSIS_PAGES_H

#include <stdbool.h>
#include <stdint.h>

struct map;

enum { PAGES_BYTES = 4096 };

/* /proc/self/pagemap, or -1; for pages_walk(). */
int pages_open(void);
void pages_close(int pagemap);

/* Does the kernel say which pages there are, however many there might be? */
bool pages_can_scan(int pagemap);

/*
 * each() for the runs of pages of the mapping that were touched.  is_sure: they
 * can be read; otherwise they are in swap, or a guard.  Without a pagemap that
 * is all of it, and is_sure.
 */
void pages_walk(int pagemap, const struct map *map,
		void (*each)(uintptr_t from, uintptr_t to, bool is_sure,
			     void *ctx),
		void *ctx);

#endif /* LEAKSHIM_ANALYSIS_PAGES_H */
