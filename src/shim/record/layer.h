/*
 * layer.h - our allocator between Python and its own
 *
 * PyMem_SetAllocator() (3.6+) for the MEM and OBJ domains.  Every installation
 * has a context of its own that holds the allocator below, so that installing
 * again over tracemalloc or the debug allocator cannot recurse; of two layers
 * of ours only the outer one records.  Nothing is added to a block, so a layer
 * may come and go while blocks live.
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe; hooks keep errno
 */
#ifndef LEAKSHIM_SHIM_LAYER_H
#define LEAKSHIM_SHIM_LAYER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/options.h"

/* What is recorded; before layer_install(). */
void layer_configure(const struct options *o);

/* Put a layer on top of both domains, unless ours is there. */
bool layer_install(void);

/* Is ours on top now? */
bool layer_is_on_top(void);

/* Record a sample only from now on: max_table= was reached. */
void layer_fall_back(void);
bool layer_is_sampling(void);

/*
 * Remove our layers, unless another is on top of them, and then record nothing.
 * False: one stays, and only passes calls on.
 */
bool layer_remove(void);

/* Record nothing from now on; blocks that die are still forgotten. */
void layer_stop_recording(void);

/*
 * The block that this thread recorded last, once: NULL at the second call.
 * Tells an object made by the allocator from one out of a free list.
 */
void *layer_take_last(void);

/* A block came or went by other ways than the layer (2.7). */
void layer_allocated(void *p, size_t n, bool is_object);
void layer_freed(void *p);

/* Allocators of ours that are at work in this thread. */
extern __thread int layer_depth __attribute__((tls_model("initial-exec")));

/* Is every block recorded? */
bool layer_records_all(void);

#endif /* LEAKSHIM_SHIM_LAYER_H */
