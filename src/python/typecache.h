/*
 * typecache.h - the cache of attributes that were looked up on types
 *
 * Objects/typeobject.c, method_cache (2.7 to 3.9: static; 3.10+: a part of the
 * interpreter's state, which is static itself for the main one from 3.11 on).
 * An entry borrows its value, and keeps it after the type is gone: it holds
 * nothing.  Its name is a counted reference.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_PYTHON_TYPECACHE_H
#define LEAKSHIM_PYTHON_TYPECACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TYPECACHE_ENTRY = 24, /* version, name, value */
	TYPECACHE_NAME = 8,
	TYPECACHE_VALUE = 16,
};

/*
 * Search [from, to), which can be read, for the cache: the place of an entry is
 * the hash of its version and name.  Returns where it starts and *end; 0 if it
 * is not there.
 */
uintptr_t typecache_find(uintptr_t from, uintptr_t to,
			 bool (*can_read)(uintptr_t address, size_t n),
			 uintptr_t *end);

/* The main interpreter's state, as much of it as may have the cache; or 0. */
uintptr_t typecache_state(size_t *bytes);

#endif /* LEAKSHIM_PYTHON_TYPECACHE_H */
