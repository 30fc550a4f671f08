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
 * Bytes as sys.getsizeof() says: exact for list, dict, set, tuple, type,
 * deque, generators and everything whose __sizeof__ is object's.  What another
 * __sizeof__, which must not be called, would add is left out.
 */
int64_t object_bytes(const void *o);

/*
 * Of those, the ones that stand at o: not the collector's header, nothing
 * outside, no values that an instance keeps behind itself.  Negative: unknown.
 */
int64_t object_own_bytes(const void *o);

#endif /* LEAKSHIM_PYTHON_SIZES_H */
