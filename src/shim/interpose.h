/*
 * interpose.h - the next definitions behind our interposed functions
 *
 * Contract: side shim; from the constructor; takes the loader's locks.
 */
#ifndef LEAKSHIM_SHIM_INTERPOSE_H
#define LEAKSHIM_SHIM_INTERPOSE_H

/* Look up every function that interpose_libc.c forwards to. */
void interpose_resolve(void);

#endif /* LEAKSHIM_SHIM_INTERPOSE_H */
