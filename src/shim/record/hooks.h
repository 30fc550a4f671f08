/*
 * hooks.h - every way in which the shim sees blocks come and go
 *
 * One interface to three mechanisms: the allocator layer (PyMem_SetAllocator,
 * from 3.6), the interposed PyObject_* and PyMem_* names of a shared 2.7, and
 * what makes creation exact in spite of free lists (type wrappers or
 * PyRefTracer).
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_HOOKS_H
#define LEAKSHIM_SHIM_HOOKS_H

#include <stdbool.h>

struct options;

/*
 * From the constructor, CPython present but not initialized: put the allocator
 * layer in place so that early objects are seen.  No Python API but
 * PyMem_GetAllocator and PyMem_SetAllocator.
 */
void hooks_install_early(const struct options *o);

/*
 * From boot, the GIL held: install or re-install what is not on top (a fresh
 * context each time), verify frames, wrap free lists or chain the reference
 * tracer.
 */
void hooks_install(const struct options *o);

/*
 * With track=none: a layer that records nothing new but lets marks of the side
 * table die with their blocks.  Installed just before a final check.
 */
void hooks_install_identity(void);

/*
 * The same in a process that is already running: none of its calls can be
 * interposed, so neither 2.7 nor the C heap is seen.
 */
void hooks_attach(const struct options *o);

/*
 * Stop recording, put back what can be put back, and free the tables (detach).
 * The GIL is held.  False: another tool's allocator is on top of ours, which
 * stays and does nothing.
 */
bool hooks_remove(void);

/* What works, for `coverage' and doctor. */
bool hooks_see_objects(void);    /* false: static 2.7, track=none */
bool hooks_see_containers(void); /* 2.7: their allocation is interposed */

/* The death of a block is seen, so that an address says which object it is. */
bool hooks_prove_identity(void);

/* It is, or will be after hooks_install_identity(). */
bool hooks_can_prove_identity(void);

/* Objects that free lists hand out are recorded as new ones. */
bool hooks_free_lists_exact(void);

/* "allocator layer", "interposed symbols", "none". */
const char *hooks_kind(void);

/* "type wrappers", "reference tracer", "none". */
const char *hooks_free_list_kind(void);

/* Is there anything that calls arming_hook? */
bool hooks_can_trigger(void);

#endif /* LEAKSHIM_SHIM_HOOKS_H */
