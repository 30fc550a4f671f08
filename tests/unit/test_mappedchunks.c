#include "config.h"

#include "analysis/heap/mappedchunks.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "analysis/heap/maps.h"
#include "analysis/heap/pages.h"
#include "tap.h"

enum { PAGES = 12, WORDS = PAGES_BYTES / 8, MAPPED = 2 };

static struct {
	uintptr_t block;
	size_t size;
	bool is_expected;
} seen[PAGES];
static size_t n_seen;

/* What is said to be mine proves itself. */
static bool
take(uintptr_t block, size_t size, bool is_expected, void *ctx)
{
	const char *mine = ctx;

	seen[n_seen].block = block;
	seen[n_seen].size = size;
	seen[n_seen++].is_expected = is_expected;
	return is_expected || block == (uintptr_t)mine;
}

static bool
saw(size_t i, const uintptr_t *chunk, size_t n_pages, bool is_expected)
{
	return i < n_seen && seen[i].block == (uintptr_t)(chunk + 2) &&
	       seen[i].size == n_pages * PAGES_BYTES - 16 &&
	       seen[i].is_expected == is_expected;
}

static void
walk(int pagemap, const uintptr_t *pages, const void *mine)
{
	uintptr_t at = (uintptr_t)pages;
	struct map map = {at, at + PAGES * PAGES_BYTES, 0};

	n_seen = 0;
	mappedchunks_walk(pagemap, &map, 0, map.end, take, (void *)mine);
}

/* The same, cut in two behind the first n pages. */
static void
walk_cut(int pagemap, const uintptr_t *pages, size_t n, const void *mine)
{
	uintptr_t at = (uintptr_t)pages;
	uintptr_t cut = at + n * PAGES_BYTES, end = at + PAGES * PAGES_BYTES;
	struct map first = {at, cut, 0}, second = {cut, end, 0};
	uintptr_t done;

	n_seen = 0;
	done = mappedchunks_walk(pagemap, &first, 0, end, take, (void *)mine);
	mappedchunks_walk(pagemap, &second, done, end, take, (void *)mine);
}

static void
neighbours(int pagemap, const char *how)
{
	uintptr_t *pages =
		mmap(NULL, PAGES * PAGES_BYTES, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uintptr_t *third = pages + 3 * WORDS, *fifth = pages + 5 * WORDS,
		  *ninth = pages + 9 * WORDS, *last = pages + 11 * WORDS;

	diag("%s", how);
	pages[1] = PAGES_BYTES | MAPPED;
	pages[WORDS + 1] = 2 * PAGES_BYTES | MAPPED;
	walk_cut(pagemap, pages, 2, NULL);
	ok(n_seen == 2 && saw(0, pages, 1, true) &&
		   saw(1, pages + WORDS, 2, true),
	   "one that reaches into the next mapping");
	third[0] = 1; /* an arena, say */
	walk(pagemap, pages, NULL);
	ok(n_seen == 2 && saw(0, pages, 1, true) &&
		   saw(1, pages + WORDS, 2, true),
	   "two from the start on, and something else behind");

	fifth[1] = 2 * PAGES_BYTES | MAPPED;
	fifth[WORDS + 1] = PAGES_BYTES | MAPPED; /* what the block holds */
	fifth[2 * WORDS + 1] = PAGES_BYTES | MAPPED;
	ninth[1] = PAGES_BYTES | MAPPED;
	walk(pagemap, pages, fifth + 2);
	ok(n_seen == 5 && saw(2, fifth, 2, false) &&
		   saw(3, fifth + 2 * WORDS, 1, true),
	   "one behind that, which proves itself, and the next one");
	ok(saw(4, ninth, 1, false), "one that does not");
	walk(pagemap, pages, NULL);
	ok(n_seen == 5 && saw(3, fifth + 2 * WORDS, 1, false),
	   "nor does what follows such a one");

	last[1] = 2 * PAGES_BYTES | MAPPED;
	walk(pagemap, pages, NULL);
	is_number(n_seen, 5, "one that leads out of memory is none");
	last[1] = PAGES_BYTES | MAPPED | 4;
	walk(pagemap, pages, NULL);
	is_number(n_seen, 5, "nor is one of another thread's heap");
	last[1] = (PAGES_BYTES - 16) | MAPPED;
	walk(pagemap, pages, NULL);
	ok(n_seen == 6 && saw(5, last, 1, false), "glibc 2.43's is");
	last[0] = 1;
	walk(pagemap, pages, NULL);
	is_number(n_seen, 5, "one with something in front is none");
	ok(!mappedchunks_end((uintptr_t)(last + 2)) &&
		   !mappedchunks_end((uintptr_t)(ninth + 3)),
	   "which has no end");
	munmap(pages, PAGES * PAGES_BYTES);
}

#ifdef __SANITIZE_ADDRESS__
static const bool is_glibcs = false;
#else
static const bool is_glibcs = true;
#endif

/* The C library's own. */
static void
own(void)
{
	char *big = malloc((size_t)64 << 20);
	uintptr_t block = (uintptr_t)big;

	if (is_glibcs)
		is_number(mappedchunks_end(block),
			  block + malloc_usable_size(big),
			  "a large block ends there");
	else
		skip("a large block ends there",
		     "AddressSanitizer's malloc is at work");
	free(big);
}

int
main(void)
{
	int pagemap = pages_open();

	if (pagemap >= 0)
		neighbours(pagemap, "with a pagemap");
	neighbours(-1, "without");
	own();
	pages_close(pagemap);
	return tap_done();
}
