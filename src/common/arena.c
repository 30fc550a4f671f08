#include "config.h"

#include "common/arena.h"

#include <stdint.h>

#include "common/ownmap.h"

struct arena_chunk {
	struct arena_chunk *next;
	size_t mapped; /* bytes of the mapping, this header included */
	size_t used;   /* bytes cut off so far, this header included */
};

static size_t
round_up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

void
arena_init(struct arena *a)
{
	a->chunks = NULL;
	a->bytes = 0;
	a->failed = false;
}

static struct arena_chunk *
chunk_for(struct arena *a, size_t n)
{
	size_t head = round_up(sizeof(struct arena_chunk), ARENA_ALIGN);
	size_t want = head + n;
	struct arena_chunk *c;

	if (want < ARENA_CHUNK_BYTES)
		want = ARENA_CHUNK_BYTES;
	want = round_up(want, 4096);
	c = ownmap(want);
	if (!c)
		return NULL;
	c->mapped = want;
	c->used = head;
	a->bytes += want;
	/*
	 * A chunk made for one big grab goes behind the current one, whose
	 * free rest would otherwise be lost to the small grabs that follow.
	 */
	if (a->chunks && want > ARENA_CHUNK_BYTES) {
		c->next = a->chunks->next;
		a->chunks->next = c;
	} else {
		c->next = a->chunks;
		a->chunks = c;
	}
	return c;
}

void *
arena_grab(struct arena *a, size_t n)
{
	struct arena_chunk *c = a->chunks;
	void *p;

	if (n > SIZE_MAX / 2) {
		a->failed = true;
		return NULL;
	}
	n = round_up(n ? n : 1, ARENA_ALIGN);
	if (!c || c->mapped - c->used < n)
		c = chunk_for(a, n);
	if (!c) {
		a->failed = true;
		return NULL;
	}
	p = (char *)c + c->used;
	c->used += n;
	return p;
}

void
arena_fini(struct arena *a)
{
	struct arena_chunk *c = a->chunks;

	while (c) {
		struct arena_chunk *next = c->next;

		ownunmap(c, c->mapped);
		c = next;
	}
	arena_init(a);
}
