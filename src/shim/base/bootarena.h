/*
 * bootarena.h - memory for the look-up of malloc itself
 *
 * dlsym(3) may call calloc(3): before glibc 2.34 at the first look-up of each
 * thread, later when a look-up fails.  While the next malloc is being looked
 * up, such a call cannot be passed on, and is served from here.  Blocks are not
 * reused: there are few, and those that hold the loader's errors live long.
 *
 * Contract of every function here:
 *   side       shim, before our constructor too
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_SHIM_BOOTARENA_H
#define LEAKSHIM_SHIM_BOOTARENA_H

#include <stdbool.h>
#include <stddef.h>

/* n bytes, zeroed and aligned as malloc(3) does, or NULL and ENOMEM. */
void *bootarena_take(size_t n);

/* Is it a block of this arena?  Then free() leaves it alone. */
bool bootarena_owns(const void *p);

/* The bytes that can be copied from a block: an upper bound of its size. */
size_t bootarena_most(const void *p);

#endif /* LEAKSHIM_SHIM_BOOTARENA_H */
