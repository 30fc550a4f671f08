/*
 * buffersizes.h - what the standard library's types keep outside their objects
 *
 * The types whose __sizeof__ counts it, except those that sizes.h handles.
 *
 * Contract of every function here:
 *   side       shim and child
 *   allocates  never
 *   locks      none; the GIL is held, or this is the child
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_BUFFERSIZES_H
#define LEAKSHIM_PYTHON_BUFFERSIZES_H

#include <stdint.h>

/*
 * Bytes that o has elsewhere; 0 if its type is not one of them.  Separate
 * objects (the bytes of an io.BytesIO) are not counted.
 */
int64_t buffersizes_extra(const void *o);

/* Bytes that an mmap.mmap has mapped, whatever is behind it; else 0. */
int64_t buffersizes_mapped(const void *o);

#endif /* LEAKSHIM_PYTHON_BUFFERSIZES_H */
