/*
 * interpose.h - the next definitions behind our interposed functions
 *
 * Contract: side shim; from the constructor; takes the loader's locks.
 */
#ifndef LEAKSHIM_SHIM_INTERPOSE_H
#define LEAKSHIM_SHIM_INTERPOSE_H

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/glibconly.h"

/* Look up what interpose_libc.c and interpose_malloc.c forward to. */
void interpose_resolve(void);

/*
 * Is the next malloc the C library's own?  Another allocator brings these two
 * as well, and we do not interpose them: whose they are, they all are.
 * malloc_usable_size() has no second name; the C library's stands in the same
 * file as malloc().
 */
static inline bool
interpose_malloc_is_libc(void)
{
	enum { MUCH_CODE = 1 << 17 };
	uintptr_t distance =
		(uintptr_t)malloc_usable_size - (uintptr_t)__libc_malloc;

	return (void *)valloc == (void *)__libc_valloc &&
	       distance + MUCH_CODE < 2 * MUCH_CODE;
}

/*
 * interpose_py27.c: look() is called when Python may have come; around() in the
 * place of _PyObject_GC_Malloc(), to which it goes on, while recording.
 */
void interpose_py27_look(void (*look)(void));
void interpose_py27_collect(void *(*around)(void *(*go_on)(size_t), size_t n));

/* interpose_py27.c: record what comes by (only in a 2.7). */
void interpose_py27_record(bool on);

/* Has the interpreter allocated through us?  (A static 2.7 never does.) */
bool interpose_py27_is_called(void);

/* Has it allocated a container through us? */
bool interpose_py27_sees_containers(void);

#endif /* LEAKSHIM_SHIM_INTERPOSE_H */
