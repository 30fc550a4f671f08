/*
 * reftracer.h - every object's birth, free list or not (3.13.3+)
 *
 * PyRefTracer has one slot per process: a tracer that is already there is
 * called first, and one that is installed later is never displaced.
 *
 * Contract of every function here:
 *   side       shim, the GIL held
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_REFTRACER_H
#define LEAKSHIM_SHIM_REFTRACER_H

#include <stdbool.h>

bool reftracer_install(void);

/* Called now and then: take an empty slot again, and notice a taken one. */
void reftracer_keep(void);

/* Every birth so far was seen. */
bool reftracer_is_exact(void);

/* Give the slot back to its previous owner, if it is still ours. */
void reftracer_remove(void);

#endif /* LEAKSHIM_SHIM_REFTRACER_H */
