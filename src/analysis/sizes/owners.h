/*
 * owners.h - which memory belongs to one live object alone
 *
 * The memory that only this object points to, ignoring stale words elsewhere,
 * and everything that can be reached from there through other memory, but
 * neither from another object nor from variables of C code.  An array's data is
 * its own, though views of the array point there as well: a view holds the
 * array.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_OWNERS_H
#define LEAKSHIM_ANALYSIS_OWNERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/reach/reach.h"

struct owners;

/* NULL when memory or time is out. */
struct owners *owners_find(const struct reach *r);

/* Bytes of the object o in its node, with its memory. */
int64_t owners_bytes(struct owners *w, uintptr_t node, void *o);

void owners_free(struct owners *w);

#endif /* LEAKSHIM_ANALYSIS_OWNERS_H */
