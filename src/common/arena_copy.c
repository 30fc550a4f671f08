#include "config.h"

#include <string.h>

#include "common/arena.h"

/* What arena_grab() is enough for: the fuzzers have another one. */

void *
arena_array(struct arena *a, size_t n_members, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(n_members, size, &n)) {
		a->failed = true;
		return NULL;
	}
	return arena_grab(a, n);
}

char *
arena_copy(struct arena *a, const char *s, size_t n)
{
	char *p = arena_grab(a, n + 1);

	if (p)
		memcpy(p, s, n);
	return p;
}

char *
arena_string(struct arena *a, const char *s)
{
	return s ? arena_copy(a, s, strlen(s)) : NULL;
}
