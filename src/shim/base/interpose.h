/*
 * interpose.h - the next definitions behind our interposed functions
 *
 * Contract: side shim; from the constructor; takes the loader's locks.
 */
#ifndef LEAKSHIM_SHIM_INTERPOSE_H
#define LEAKSHIM_SHIM_INTERPOSE_H

#include <stdbool.h>

/* Look up what interpose_libc.c and interpose_malloc.c forward to. */
void interpose_resolve(void);

/* Is the next malloc the C library's own? */
bool interpose_malloc_is_libc(void);

/* interpose_py27.c: record what comes by (only in a 2.7). */
void interpose_py27_record(bool on);

/* Has the interpreter allocated through us?  (A static 2.7 never does.) */
bool interpose_py27_is_called(void);

/* Has it allocated a container through us? */
bool interpose_py27_sees_containers(void);

#endif /* LEAKSHIM_SHIM_INTERPOSE_H */
