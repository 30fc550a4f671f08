/*
 * entries.h - where a dict or set keeps the hashes of its keys
 *
 * The hash of a number is the number, and programs use id() as a key (so does
 * CPython: __subclasses__ of a type): such a word equals the address of an
 * object that it does not hold.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_PYTHON_ENTRIES_H
#define LEAKSHIM_PYTHON_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "python/span.h"

struct entries {
	uintptr_t start, end; /* whole entries, used or not */
	size_t bytes;         /* of one */
	size_t hash; /* where in it the hash stands; `bytes': it has none */
};

/* The memory with the entries of o, 0 if o is neither a dict nor a set. */
uintptr_t entries_memory(const void *o);

/*
 * The entries of o in that memory, which can be read up to `limit'.  Nothing
 * else in it holds anything: not what precedes them, nor the unused room after
 * them.  False if they are not there (values are elsewhere), or do not look
 * valid.
 */
bool entries_find(const void *o, uintptr_t memory, uintptr_t limit,
		  struct entries *out);

/* Of the entry at `at', the words that hold what they point to. */
struct span entries_words(const struct entries *e, uintptr_t at);

/*
 * Are [memory, limit) the keys of a dead dict, which the interpreter keeps for
 * the next one (3.6 to 3.15)?  Their entries are old and hold nothing.  *next:
 * the next such keys, or 0; the caller knows whether that is a block.
 */
bool entries_are_free(uintptr_t memory, uintptr_t limit, uintptr_t *next);

#endif /* LEAKSHIM_PYTHON_ENTRIES_H */
