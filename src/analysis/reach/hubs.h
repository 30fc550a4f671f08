/*
 * hubs.h - objects with high reference counts, and how many words refer to them
 *
 * Filled while the mark goes over all words: an object whose reference count is
 * high is noted when it is first met, and from then on each word that leads
 * into its block is counted.  A filter that stays in the processor's cache
 * keeps this off the path of all other objects.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_HUBS_H
#define LEAKSHIM_ANALYSIS_HUBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HUBS_FILTER_SHIFT = 64 - 15 }; /* 4 KiB of bits */

struct hub {
	uintptr_t node;
	void *object;
	int64_t refcount;
	int64_t found; /* words that lead into it */
	/* Scratch of holders.c: */
	void *holder; /* the most telling holder, or NULL */
	int rank, tries;
};

struct hubs {
	uint64_t *filter;
	struct hub *slots; /* open addressing, node 0 is free */
	size_t n, room;    /* room is a power of two */
};

/* False when memory is out. */
bool hubs_init(struct hubs *h);

/* Words will be counted from now on; where memory is out, of no more hubs. */
void hubs_add(struct hubs *h, const struct hub *hub);

/* The hub in the node, or NULL. */
struct hub *hubs_find(const struct hubs *h, uintptr_t node);

/* One after the other: *at starts at 0; NULL after the last. */
struct hub *hubs_next(const struct hubs *h, size_t *at);

void hubs_fini(struct hubs *h);

static inline size_t
hubs_bit(uintptr_t node)
{
	return (node >> 3) * 0x9e3779b97f4a7c15ULL >> HUBS_FILTER_SHIFT;
}

/* A word leads into the node, which may be a hub. */
static inline void
hubs_count(const struct hubs *h, uintptr_t node)
{
	size_t bit = hubs_bit(node);
	struct hub *hub;

	if (!(h->filter[bit / 64] >> bit % 64 & 1))
		return;
	hub = hubs_find(h, node);
	if (hub)
		hub->found++;
}

#endif /* LEAKSHIM_ANALYSIS_HUBS_H */
