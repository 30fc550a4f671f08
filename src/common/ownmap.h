/*
 * ownmap.h - leakshim's own memory, and where it is
 *
 * Everything leakshim keeps comes from mmap(2) through here, so that the
 * analysis can tell leakshim's tables, which are full of the addresses of the
 * program's objects, from the memory of the process.
 *
 * Contract of every function here:
 *   side       shim, analysis child and tool
 *   allocates  mmap(2) only
 *   locks      a spin lock for a few instructions; a mapping made while another
 *              thread's lock was cloned along is not listed (and so only
 *              takes part in what is scanned)
 *   signals    not safe; errno is kept
 */
#ifndef LEAKSHIM_COMMON_OWNMAP_H
#define LEAKSHIM_COMMON_OWNMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed private memory, rounded up to pages; NULL when there is none. */
void *ownmap(size_t bytes);

/*
 * The same, not counted against overcommit: for memory of which only part is
 * touched.
 */
void *ownmap_reserve(size_t bytes);

/* The same, shared with every clone of the process. */
void *ownmap_shared(size_t bytes);

/* Zero private memory of ours again, and release its pages. */
void ownmap_clear(void *p, size_t bytes);

/* Release what one of the above returned; NULL is ignored. */
void ownunmap(void *p, size_t bytes);

struct ownmap_range {
	uintptr_t start, end;
};

/*
 * Copy the ranges into out, at most n_max, in no order; returns how many there
 * are.  In the child, or while no thread maps.
 */
size_t ownmap_ranges(struct ownmap_range *out, size_t n_max);

#endif /* LEAKSHIM_COMMON_OWNMAP_H */
