/*
 * pieces.h - memory that an object leads to, each piece once
 *
 * A list of blocks that is added to while it is worked off; for one object after
 * the other, without being cleared in between.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_PIECES_H
#define LEAKSHIM_ANALYSIS_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PIECES_SEEN = 8192, /* slots; half of them are used at most */
	PIECES_MOST = PIECES_SEEN / 2,
};

/* Large, and zeroed before the first use. */
struct pieces {
	uint32_t stamp; /* of the present object */
	size_t n, at;
	uintptr_t all[PIECES_MOST];
	struct {
		uintptr_t node;
		uint32_t stamp;
	} seen[PIECES_SEEN];
};

/* Another object's: none is known. */
void pieces_begin(struct pieces *p);

/* Add the node; false if it is there already, or too many are. */
bool pieces_add(struct pieces *p, uintptr_t node);

/* Is it there? */
bool pieces_has(const struct pieces *p, uintptr_t node);

/* The next one to be looked into, 0 when none is left. */
uintptr_t pieces_next(struct pieces *p);

#endif /* LEAKSHIM_ANALYSIS_PIECES_H */
