#include "config.h"

#include "common/arena.h"
#include "tap.h"

#include <stdint.h>
#include <string.h>

static bool
is_zero(const unsigned char *p, size_t n)
{
	while (n--)
		if (*p++)
			return false;
	return true;
}

static void
small_grabs(void)
{
	struct arena a;
	unsigned char *p, *q;

	arena_init(&a);
	is_number(a.bytes, 0, "a new arena maps nothing");
	p = arena_grab(&a, 15);
	q = arena_grab(&a, 1);
	ok(p && q, "small grabs succeed");
	ok((uintptr_t)p % ARENA_ALIGN == 0 && (uintptr_t)q % ARENA_ALIGN == 0,
	   "and are aligned");
	ok(p + 15 <= q || q + 1 <= p, "and do not overlap");
	ok(is_zero(p, 15) && is_zero(q, 1), "and are zeroed");
	ok(a.bytes <= ARENA_CHUNK_BYTES, "and share a chunk");
	arena_fini(&a);
}

static void
large_grabs(void)
{
	size_t n = 3 * ARENA_CHUNK_BYTES;
	struct arena a;
	unsigned char *p, *q;

	arena_init(&a);
	p = arena_grab(&a, n);
	q = arena_grab(&a, 16);
	ok(p && is_zero(p, n), "more than a chunk is one zeroed piece");
	ok(q && (q >= p + n || q + 16 <= p), "what follows lies outside of it");
	memset(p, 1, n);
	ok(is_zero(q, 16), "and is not overwritten");
	ok(!a.failed, "nothing has failed so far");
	ok(!arena_array(&a, SIZE_MAX / 2, 4), "an array too big is refused");
	ok(a.failed, "which the arena remembers");
	arena_fini(&a);
}

static void
strings(void)
{
	struct arena a;

	arena_init(&a);
	is_string(arena_copy(&a, "abcdef", 3), "abc", "a copy ends in a NUL");
	is_string(arena_string(&a, ""), "", "an empty string is copied");
	is_string(arena_string(&a, NULL), NULL, "NULL stays NULL");
	arena_fini(&a);
}

int
main(void)
{
	small_grabs();
	large_grabs();
	strings();
	return tap_done();
}
