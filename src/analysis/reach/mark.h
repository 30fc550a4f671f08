/*
 * mark.h - the mark itself: from a word to a node, and from there to all others
 *
 * The order in which the roots are visited is up to reach.c.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_MARK_H
#define LEAKSHIM_ANALYSIS_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/reach/reach.h"

/* A node is marked; its words are still to be visited: by mark_drain(). */
void mark_push(struct reach *r, uintptr_t node, uintptr_t place);
void mark_drain(struct reach *r);

/* What each of the words leads to is pushed; ctx is the struct reach. */
void mark_word(struct reach *r, uintptr_t word);
void mark_words(const uintptr_t *from, const uintptr_t *to, void *ctx);

/*
 * If many words may lead to the object in the node, they are counted from now
 * on; n have been found so far.
 */
void mark_hub(struct reach *r, uintptr_t node, void *o, int64_t found);

/*
 * Memory that waits for its owner: first what is certainly held, at last (once)
 * all of it.
 */
void mark_later(struct reach *r, bool is_last);

/* Words that are roots. */
void reach_visit(struct reach *r, const uintptr_t *from, const uintptr_t *to);

/* The node is reachable after all, with all that hangs on it. */
void reach_mark_node(struct reach *r, uintptr_t node);

/* Is the time limit over?  Asked now and then. */
bool reach_is_late(struct reach *r);

#endif /* LEAKSHIM_ANALYSIS_MARK_H */
