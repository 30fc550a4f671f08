/*
 * freelists.h - what each version does with dead objects and small blocks
 *
 * Contract of every function here: side shim; allocates never; no locks.
 */
#ifndef LEAKSHIM_PYTHON_FREELISTS_H
#define LEAKSHIM_PYTHON_FREELISTS_H

#include <stdbool.h>

/*
 * Must births be learned from PyRefTracer?  From 3.13.3 on; up to 3.13.2 it
 * loses events, and the dealloc functions of list, dict and tuple may be
 * wrapped.
 */
bool freelists_need_tracer(void);

/* What blocks of the object allocator are aligned to: 8 or 16 bytes. */
unsigned python_block_alignment(void);

#endif /* LEAKSHIM_PYTHON_FREELISTS_H */
