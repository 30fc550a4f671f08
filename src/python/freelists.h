/*
 * freelists.h - what each version does with dead objects and small blocks
 *
 * Contract of every function here: side shim; allocates a few Python objects in
 * freelists_find_arrays(), else nothing; no locks; signals: not safe.
 */
#ifndef LEAKSHIM_PYTHON_FREELISTS_H
#define LEAKSHIM_PYTHON_FREELISTS_H

#include <stdbool.h>

#include "python/span.h"

/*
 * Must births be learnt from PyRefTracer?  From 3.13.3 on; up to 3.13.2 it
 * loses events, and the dealloc functions of list, dict and tuple may be
 * wrapped.
 */
bool freelists_need_tracer(void);

enum { FREELISTS_ARRAYS = 3 };

/*
 * Where the interpreter keeps dead dicts, lists and dict keys for reuse: arrays
 * of 80 pointers up to 3.13 (PyDict_MAXFREELIST, PyList_MAXFREELIST), whose
 * unused places still point to what was taken out.  Found by freeing a few and
 * looking for where they went; so before the types are wrapped, the GIL held.
 * Returns how many were written to out.
 */
size_t freelists_find_arrays(struct span out[FREELISTS_ARRAYS]);

/* What blocks of the object allocator are aligned to: 8 or 16 bytes. */
unsigned python_block_alignment(void);

#endif /* LEAKSHIM_PYTHON_FREELISTS_H */
