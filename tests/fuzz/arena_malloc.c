/*
 * In the place of src/common/arena.c: each grab is a block of its own, so that
 * AddressSanitizer sees a byte too far, and LeakSanitizer an arena that nobody
 * ends.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

struct arena_chunk {
	struct arena_chunk *next;
	void *block;
};

void
arena_init(struct arena *a)
{
	memset(a, 0, sizeof *a);
}

void *
arena_grab(struct arena *a, size_t n)
{
	struct arena_chunk *c;

	if (n > SIZE_MAX / 2) {
		a->failed = true;
		return NULL;
	}
	c = malloc(sizeof *c);
	c->block = calloc(1, n ? n : 1);
	c->next = a->chunks;
	a->chunks = c;
	return c->block;
}

void
arena_fini(struct arena *a)
{
	struct arena_chunk *c, *next;

	for (c = a->chunks; c; c = next) {
		next = c->next;
		free(c->block);
		free(c);
	}
	arena_init(a);
}
