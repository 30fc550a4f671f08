/*
 * arena.h - memory that is taken piece by piece and released all at once
 *
 * The shim and its analysis child must not call malloc(3): the heap they look
 * at is the target's, and its locks may be held.  Everything they keep for the
 * length of a check comes from an arena: chunks of anonymous memory from
 * mmap(2), cut from the front, returned together by arena_fini().
 *
 * A failed grab sets `failed' and returns NULL; callers that make many small
 * grabs may go on and test `failed' once at the end.
 *
 * Contract of every function here:
 *   side       shim, analysis child and tool
 *   allocates  mmap(2) only
 *   locks      none; an arena belongs to one thread
 *   signals    safe on an arena of the handler's own
 */
#ifndef LEAKSHIM_COMMON_ARENA_H
#define LEAKSHIM_COMMON_ARENA_H

#include <stdbool.h>
#include <stddef.h>

enum {
	ARENA_CHUNK_BYTES = 256 * 1024, /* many small grabs, few mappings */
	ARENA_ALIGN = 16,
};

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks; /* newest first */
	size_t bytes;               /* mapped so far */
	bool failed;                /* some grab returned NULL */
};

void arena_init(struct arena *a);

/* Zeroed memory of at least n bytes, aligned to ARENA_ALIGN; or NULL. */
void *arena_grab(struct arena *a, size_t n);

/* As arena_grab() for n_members of size bytes; NULL when the product wraps. */
void *arena_array(struct arena *a, size_t n_members, size_t size);

/* A NUL-terminated copy of the first n bytes of s; or NULL. */
char *arena_copy(struct arena *a, const char *s, size_t n);

/* A copy of the string s; NULL when s is NULL or memory is out. */
char *arena_string(struct arena *a, const char *s);

/* Unmap every chunk.  Pointers into the arena die. */
void arena_fini(struct arena *a);

#endif /* LEAKSHIM_COMMON_ARENA_H */
