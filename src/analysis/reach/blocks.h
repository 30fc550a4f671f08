/*
 * blocks.h - what a block holds: an object, and words that may lead to others
 *
 * Part of reach.h, for the mark and for users of its result.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_BLOCKS_H
#define LEAKSHIM_ANALYSIS_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/reach/reach.h"
#include "python/span.h"

/* CPython stores more information in a pointer by a tag in the low bits. */
static inline uintptr_t
reach_untagged(uintptr_t word)
{
	return word & ~(uintptr_t)7;
}

/* The object in the node, dead or alive, NULL if there is none. */
void *reach_find_object(const struct reach *r, uintptr_t node, bool *is_dead);

/* The object in the node, NULL if there is none. */
void *reach_object(const struct reach *r, uintptr_t node);

/* The dead object in the node, NULL if there is none. */
void *reach_dead_object(const struct reach *r, uintptr_t node);

/* What is in the node is left over from an object: it holds nothing. */
bool reach_is_dead(const struct reach *r, uintptr_t node);

/* The node that the word holds, 0 if none; and the object in it, or NULL. */
uintptr_t reach_node_of(const struct reach *r, uintptr_t word, void **object);

/*
 * The block that belongs to o alone (holds_buffer()) and the part of it that is
 * used; 0 when there is none.
 */
uintptr_t reach_buffer(const struct reach *r, void *o, struct span *used);

/* visit() the words of the node that can hold others. */
void reach_words(const struct reach *r, uintptr_t node,
		 void (*visit)(const uintptr_t *from, const uintptr_t *to,
			       void *ctx),
		 void *ctx);

/* The same, of a node that is known not to be an object, less what is stale. */
void reach_visit_memory(const struct reach *r, uintptr_t from, uintptr_t to,
			void (*visit)(const uintptr_t *from,
				      const uintptr_t *to, void *ctx),
			void *ctx);

/* ... and of the living object o, whose block ends at `end'. */
void reach_visit_object(const struct reach *r, void *o, uintptr_t end,
			void (*visit)(const uintptr_t *from,
				      const uintptr_t *to, void *ctx),
			void *ctx);

/*
 * May the node have pointers at odd addresses? Not where CPython decides the
 * layout.
 */
bool reach_may_be_packed(const struct reach *r, uintptr_t node);

#endif /* LEAKSHIM_ANALYSIS_BLOCKS_H */
