/*
 * threadstacks.h - where the stack of a thread begins
 *
 * glibc keeps this in struct pthread, to which the thread pointer points:
 * stackblock, stackblock_size and guardsize, next to each other, at 0x690 in
 * 2.31 to 2.43 (x86-64).  They are searched for, and accepted only if the stack
 * pointer and the structure itself lie within.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_THREADSTACKS_H
#define LEAKSHIM_ANALYSIS_THREADSTACKS_H

#include <stdint.h>

#include "analysis/heap/maps.h"

/*
 * The lowest address of the stack that sp is in; 0 if that is not known, or sp
 * is elsewhere (a signal's stack, a coroutine's). storage: the thread pointer.
 */
uintptr_t threadstacks_start(const struct maps *m, uintptr_t sp,
			     uintptr_t storage);

#endif /* LEAKSHIM_ANALYSIS_THREADSTACKS_H */
