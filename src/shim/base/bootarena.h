/*
 * bootarena.h - memory for the look-up of malloc itself
 *
 * dlsym(3) may call calloc(3): before glibc 2.34 at the first look-up of each
 * thread, later when a look-up fails.  While the next malloc is being looked
 * up, such a call has nothing to go on to, and is served from here.  Blocks are
 * not reused: few come, and what keeps the loader's errors lives long.
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

/* Is that a block of ours?  Then free() leaves it alone. */
bool bootarena_owns(const void *p);

/* The bytes that can be copied from a block: as many as it may have. */
size_t bootarena_most(const void *p);

#endif /* LEAKSHIM_SHIM_BOOTARENA_H */
