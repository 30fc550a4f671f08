/*
 * interpose_malloc.c - the malloc family
 *
 * Two uses: the first call after Py_IsInitialized() lets boot happen (see
 * start.h); and the caller of each allocation is recorded (cblocks.h).
 *
 * Nothing may be looked up inside malloc: ld.so itself may be calling.  Mostly
 * the next malloc is the C library's, which has a second name for each of
 * these; another allocator's are looked up from the constructor.
 *
 * Contract of every function here: as the real one; errno is the real one's.
 */
#include "config.h"

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/glibconly.h"
#include "shim/base/arming.h"
#include "shim/base/bootarena.h"
#include "shim/base/export.h"
#include "shim/base/interpose.h"
#include "shim/base/next.h"
#include "shim/record/cblocks.h"

void
interpose_resolve(void)
{
	if (!interpose_malloc_is_libc())
		next_look_up_all(NEXT_MALLOC, NULL);
	next_look_up_all(NEXT_LIBC, NULL);
}

static inline bool
is_libc(void)
{
	return __builtin_expect(interpose_malloc_is_libc(), 1);
}

/* Called by dlsym(3), while it looks up the function to call. */
static inline bool
is_too_early(const void *function)
{
	return __builtin_expect(!function, 0) && next_is_looking_up();
}

/* Of the function that is interposed: its return address, and where it leaves
 * the stack pointer. */
#define CALLER __builtin_return_address(0), __builtin_dwarf_cfa()

/* n_dirty: bytes of it that may not be 0. */
static inline void
note(void *p, size_t n, size_t n_dirty, const void *caller, const void *sp)
{
	if (__builtin_expect(cblocks_is_on, 0) && p)
		cblocks_record(p, n, n_dirty, caller, sp);
}

LS_EXPORT void *
malloc(size_t n)
{
	void *p;

	if (__builtin_expect(arming_is_on, 0))
		arming_call();
	if (is_libc()) {
		p = __libc_malloc(n);
	} else if (is_too_early((void *)next.malloc)) {
		return bootarena_take(n);
	} else {
		p = next_malloc()(n);
	}
	note(p, n, n, CALLER);
	return p;
}

static void *
early_calloc(size_t n_members, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(n_members, size, &n))
		n = SIZE_MAX;
	return bootarena_take(n);
}

LS_EXPORT void *
calloc(size_t n_members, size_t size)
{
	void *p;

	if (is_libc()) {
		p = __libc_calloc(n_members, size);
	} else if (is_too_early((void *)next.calloc)) {
		return early_calloc(n_members, size);
	} else {
		p = next_calloc()(n_members, size);
	}
	note(p, n_members * size, 0, CALLER);
	return p;
}

static void *
out_of_bootarena(const void *old, size_t n)
{
	size_t most = bootarena_most(old);
	void *p = malloc(n);

	if (p)
		memcpy(p, old, n < most ? n : most);
	return p;
}

static inline void *
realloc_there(void *old, size_t n)
{
	if (is_libc())
		return __libc_realloc(old, n);
	if (old && bootarena_owns(old))
		return out_of_bootarena(old, n);
	if (is_too_early((void *)next.realloc))
		return bootarena_take(n);
	return next_realloc()(old, n);
}

/*
 * The old address may be another thread's as soon as it is free: it is
 * forgotten before, and restored if the call fails.
 */
LS_EXPORT void *
realloc(void *old, size_t n)
{
	stack_id stack = cblocks_was_on && old ? cblocks_forget(old) : 0;
	void *p = realloc_there(old, n);

	if (p)
		note(p, n, 0, CALLER);
	else if (stack && n)
		cblocks_restore(old, stack);
	return p;
}

LS_EXPORT void
free(void *p)
{
	if (__builtin_expect(cblocks_was_on, 0) && p)
		cblocks_forget(p);
	if (is_libc()) {
		__libc_free(p);
		return;
	}
	if (!bootarena_owns(p))
		next_free()(p);
}

LS_EXPORT void *
memalign(size_t alignment, size_t n)
{
	void *p;

	if (is_libc()) {
		p = __libc_memalign(alignment, n);
	} else {
		p = next_memalign()(alignment, n);
	}
	note(p, n, n, CALLER);
	return p;
}

LS_EXPORT void *
aligned_alloc(size_t alignment, size_t n)
{
	void *p;

	p = next_aligned_alloc()(alignment, n);
	note(p, n, n, CALLER);
	return p;
}

LS_EXPORT int
posix_memalign(void **out, size_t alignment, size_t n)
{
	int error;

	error = next_posix_memalign()(out, alignment, n);
	if (!error)
		note(*out, n, n, CALLER);
	return error;
}
