/*
 * paths.h - the shortest ways from the program's names to objects
 *
 * A breadth-first search over what is alive, along what tp_traverse visits,
 * from all modules and the variables of all running frames at once; if that
 * finds nothing, from the words of the threads' stacks and static memory.  An
 * attribute dict is a part of its owner, so that edges have attributes' names.
 *
 * Objects of interest belong to sites, numbered from 1.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2); paths_describe() the arena of the check
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_PATHS_H
#define LEAKSHIM_ANALYSIS_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/reach/world.h"

#define PATHS_NOBODY UINT32_MAX
#define PATHS_IS_OF_SITE ((uint32_t)1 << 31)

struct path_step {
	uintptr_t what;  /* with a tag in the low bits */
	uint32_t parent; /* the step before, or PATHS_NOBODY */
	uint32_t site;   /* the nearest site on the way here, 0: none; with
			  * PATHS_IS_OF_SITE: the object's own */
};

struct paths {
	struct world *world;
	struct path_step *steps; /* in the order in which they were found */
	size_t n, room;
	/* The site of an object, 0: none. */
	uint32_t (*site_of)(void *o, uintptr_t node, void *ctx);
	bool (*is_enough)(const struct paths *p, void *ctx);
	void *ctx;
	uint32_t from;   /* the step whose edges are being followed */
	bool is_partial; /* no memory or time for all of it */
};

/* Needs the marks of c->reach.  is_enough(): the second search is not needed.
 */
void paths_find(struct paths *p);

/* What a step is, in the low bits of `what'. */
enum path_tag {
	PATH_OBJECT,
	PATH_FRAME,
	PATH_MEMORY,
	PATH_STACKS,
	PATH_STATIC,
	PATH_TAGS
};
#define PATH_TAG_MASK ((uintptr_t)7)

static inline enum path_tag
path_tag(const struct path_step *s)
{
	return (enum path_tag)(s->what & PATH_TAG_MASK);
}

static inline void *
path_pointer(const struct path_step *s)
{
	return (void *)(s->what & ~PATH_TAG_MASK);
}

static inline uint32_t
paths_site(const struct path_step *s)
{
	return s->site & ~PATHS_IS_OF_SITE;
}

/* How step number i is reached; false when memory is out. */
bool paths_describe(const struct paths *p, uint32_t i, struct finding *out);

/* Is it a key of a dict, not a value? */
bool paths_is_key(const struct paths *p, uint32_t i);

void paths_fini(struct paths *p);

#endif /* LEAKSHIM_ANALYSIS_PATHS_H */
