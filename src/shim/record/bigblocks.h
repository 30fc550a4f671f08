/*
 * bigblocks.h - the sizes of blocks that a byte of the side table cannot tell
 *
 * Contract of every function here:
 *   side       shim; bigblocks_find() also in the clone
 *   allocates  common/hash.h's pool
 *   locks      a spin lock, for a few instructions
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_BIGBLOCKS_H
#define LEAKSHIM_SHIM_BIGBLOCKS_H

#include <stddef.h>

/* Memory out: its size is then 0. */
void bigblocks_record(void *p, size_t size);

/* In bytes; 0 when it is not known. */
size_t bigblocks_find(const void *p);

void bigblocks_forget(void *p);

/* Forget them all. */
void bigblocks_clear(void);

#endif /* LEAKSHIM_SHIM_BIGBLOCKS_H */
