/*
 * classes.h - what is known about a class, looked up once
 *
 * A heap of garbage has millions of objects of a few classes.  Names, module
 * files and finalizers are looked up when a class is first met.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  the arena that is passed, and common/hash.h's pool
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_CLASSES_H
#define LEAKSHIM_ANALYSIS_CLASSES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/hash.h"

/* clang-format takes this for C++. */
/* clang-format off */
struct class {
	void *address; /* the type, or a 2.7 old-style class: the key */
	uint32_t id;   /* order in which classes were met */
	const char *name;
	const char *module_file;
	bool is_python;     /* written in Python */
	bool is_stdlib;     /* ... in the standard library */
	bool has_finalizer; /* `__del__' or a legacy finalizer */
	int rank;           /* how telling it is in a finding, see classes.c */
	/* Scratch of groups.c: */
	uint64_t seen;      /* number of the island that counted last */
	int64_t count, bytes;
	UT_hash_handle hh;
};
/* clang-format on */

struct classes {
	struct arena *arena;
	const char *stdlib; /* directory, or NULL */
	struct class *table;
	uint32_t n;
};

void classes_init(struct classes *c, struct arena *a, const char *stdlib);

/* The class of an object; NULL when memory is out. */
struct class *classes_intern(struct classes *c, void *o);

#endif /* LEAKSHIM_ANALYSIS_CLASSES_H */
