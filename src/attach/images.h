/*
 * images.h - the programs and libraries in another process, and their symbols
 *
 * The list is the target's own loader's (its link map), and tables of symbols
 * are read out of its memory: what is on disk may be another version by now,
 * or in a file system that we do not see.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3)
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ATTACH_IMAGES_H
#define LEAKSHIM_ATTACH_IMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attach/remote.h"

struct image {
	uint64_t bias;
	uint64_t start, end; /* of its file's mappings, holes included */
	uint64_t symbols, strings, gnu_hash, hash; /* tables; 0: not there */
	char name[REMOTE_NAME_BYTES];              /* as mapped */
};

struct images {
	struct image *all; /* in the loader's order: the program is the first */
	size_t n;
};

/* NULL, or why not (static storage). */
const char *images_read(struct images *list, const struct remote *r);
void images_free(struct images *list);

/* The address of the first definition of the name; 0: there is none. */
uint64_t images_find(const struct images *list, const struct remote *r,
		     const char *symbol, const struct image **where);

/* A symbol of one image; 0: it does not define it. */
uint64_t images_find_in(const struct image *image, const struct remote *r,
			const char *symbol);

/* The image whose mapping contains the address, or NULL. */
const struct image *images_at(const struct images *list, uint64_t address);

#endif /* LEAKSHIM_ATTACH_IMAGES_H */
