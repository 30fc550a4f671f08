/*
 * versioncache.h - types and functions by the number of their version
 *
 * interp->types.type_version_cache (3.13+) and interp->func_state's cache
 * (3.12+; Include/internal/pycore_interp*.h, pycore_function.h): arrays whose
 * member i is borrowed from a type or function with version i modulo 4096.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_PYTHON_VERSIONCACHE_H
#define LEAKSHIM_PYTHON_VERSIONCACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "python/span.h"

enum { VERSIONCACHES = 2 };

/*
 * Search [from, to), which can be read.  What is not there is an empty span.
 */
void versioncache_find(uintptr_t from, uintptr_t to,
		       bool (*can_read)(uintptr_t address, size_t n),
		       struct span out[VERSIONCACHES]);

#endif /* LEAKSHIM_PYTHON_VERSIONCACHE_H */
