/*
 * gcwatch27.h - collections of a shared Python 2.7, which has no gc.callbacks
 *
 * They start in two places: _PyObject_GC_Malloc(), which is interposed, and
 * gc.collect(), whose entry in the module's method table is ours.  The
 * collector's counts show which generation it was: a collection of one adds 1
 * to the count of the next older and clears its own and the younger ones
 * (Modules/gcmodule.c of 2.7, collect()).
 *
 * Contract of every function here:
 *   side       shim, the GIL held
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_GCWATCH27_H
#define LEAKSHIM_SHIM_GCWATCH27_H

/*
 * From here on gcwatch is notified, unless the entry of gc.collect() is not as
 * known.  The allocation of containers must be interposed.
 */
void gcwatch27_install(void *gc);

#endif /* LEAKSHIM_SHIM_GCWATCH27_H */
