/*
 * sizes.h - how big an object is
 *
 * Contract of every function here:
 *   side       shim and child
 *   allocates  never
 *   locks      none; the GIL is held, or this is the child
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_SIZES_H
#define LEAKSHIM_PYTHON_SIZES_H

#include <stdint.h>

/*
 * Bytes as sys.getsizeof() says, with the collector's header where there is one
 * (3.11 and 3.12 count one for static types too), without what another
 * __sizeof__ would add, which must not be called, and without separate objects.
 * Never more than an address space.
 */
int64_t object_bytes(const void *o);

/* Of those, the ones that are elsewhere: tables, buffers, blocks. */
int64_t object_bytes_extra(const void *o);

/* Of a dict, those of its values that its owner has in itself (3.13+). */
int64_t object_values_bytes(const void *dict, const void *owner);

/*
 * Of those, the ones at o itself: not the collector's header, nothing outside,
 * no values that an instance keeps after itself.  Negative: unknown.
 */
int64_t object_own_bytes(const void *o);

#endif /* LEAKSHIM_PYTHON_SIZES_H */
