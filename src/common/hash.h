/*
 * hash.h - uthash, adapted for the shim
 *
 * Include this, never <uthash.h>: it gives uthash memory from our own pool
 * instead of malloc(3) and makes a failed allocation survivable.  After
 * HASH_ADD* test `hash_was_full(&element->hh)': with no memory for a bucket the
 * element is not in the table.
 *
 * Contract of every function here:
 *   side       shim, analysis child and tool
 *   allocates  mmap(2) only
 *   locks      one spin lock around the pool, never held across a callback
 *   signals    not safe
 */
#ifndef LEAKSHIM_COMMON_HASH_H
#define LEAKSHIM_COMMON_HASH_H

#include <stdbool.h>
#include <stddef.h>

/* Memory for tables; rounded to powers of two and reused.  NULL when out. */
void *hash_pool_grab(size_t n);
void hash_pool_drop(void *p, size_t n);

size_t hash_pool_bytes(size_t n); /* that this many take there */

#define uthash_malloc(n) hash_pool_grab(n)
#define uthash_free(p, n) hash_pool_drop(p, n)
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* uthash clears hh.tbl of an element that it could not add. */
static inline bool
hash_was_full(const UT_hash_handle *hh)
{
	return !hh->tbl;
}

#endif /* LEAKSHIM_COMMON_HASH_H */
