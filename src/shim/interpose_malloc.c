/*
 * interpose_malloc.c - the malloc family
 *
 * Two uses: the first call after Py_IsInitialized() lets boot happen (see
 * start.h); and who asked for each block is noted (cblocks.h).
 *
 * Nothing may be looked up inside malloc: ld.so itself may be calling.  Mostly
 * the next malloc is the C library's, which has a second name for each of
 * these; another allocator's are looked up from the constructor.
 *
 * Contract of every function here: as the real one; errno is the real one's.
 */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#include "shim/cblocks.h"
#include "shim/export.h"
#include "shim/interpose.h"
#include "shim/start.h"

#if defined __x86_64__
__asm__(".symver dlsym,dlsym@GLIBC_2.2.5");
#elif defined __aarch64__
__asm__(".symver dlsym,dlsym@GLIBC_2.17");
#endif

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n_members, size_t size);
extern void *__libc_realloc(void *old, size_t n);
extern void *__libc_memalign(size_t alignment, size_t n);
extern void *__libc_valloc(size_t n);
extern void __libc_free(void *p);

static struct {
	void *(*malloc)(size_t n);
	void *(*calloc)(size_t n_members, size_t size);
	void *(*realloc)(void *old, size_t n);
	void (*free)(void *p);
	void *(*memalign)(size_t alignment, size_t n);
	void *(*aligned_alloc)(size_t alignment, size_t n);
	int (*posix_memalign)(void **out, size_t alignment, size_t n);
} next;

/*
 * Another allocator brings these two as well, and we do not interpose them:
 * whose they are, they all are.  malloc_usable_size() has no second name; the
 * C library's stands in the same file as malloc().
 */
bool
interpose_malloc_is_libc(void)
{
	enum { MUCH_CODE = 1 << 17 };
	uintptr_t distance = (uintptr_t)malloc_usable_size -
			     (uintptr_t)__libc_malloc;

	return (void *)valloc == (void *)__libc_valloc &&
	       distance + MUCH_CODE < 2 * MUCH_CODE;
}

void
interpose_malloc_resolve(void)
{
	*(void **)&next.aligned_alloc = dlsym(RTLD_NEXT, "aligned_alloc");
	*(void **)&next.posix_memalign = dlsym(RTLD_NEXT, "posix_memalign");
	if (interpose_malloc_is_libc())
		return;
	*(void **)&next.malloc = dlsym(RTLD_NEXT, "malloc");
	*(void **)&next.calloc = dlsym(RTLD_NEXT, "calloc");
	*(void **)&next.realloc = dlsym(RTLD_NEXT, "realloc");
	*(void **)&next.free = dlsym(RTLD_NEXT, "free");
	*(void **)&next.memalign = dlsym(RTLD_NEXT, "memalign");
}

static inline bool
is_libc(void)
{
	return __builtin_expect(interpose_malloc_is_libc(), 1);
}

/* Before the constructor, and the next allocator is not the C library's. */
static inline void
be_ready(const void *function)
{
	if (!function)
		interpose_malloc_resolve();
}

/* n_dirty: bytes that may not be 0. */
static inline void
note(void *p, size_t n_dirty, const void *caller)
{
	if (__builtin_expect(cblocks_is_on, 0) && p)
		cblocks_record(p, n_dirty, caller);
}

LS_EXPORT void *
malloc(size_t n)
{
	void *p;

	if (__builtin_expect(start_is_armed, 0))
		start_trigger();
	if (is_libc()) {
		p = __libc_malloc(n);
	} else {
		be_ready((void *)next.malloc);
		p = next.malloc(n);
	}
	note(p, n, __builtin_return_address(0));
	return p;
}

LS_EXPORT void *
calloc(size_t n_members, size_t size)
{
	void *p;

	if (is_libc()) {
		p = __libc_calloc(n_members, size);
	} else {
		be_ready((void *)next.calloc);
		p = next.calloc(n_members, size);
	}
	note(p, 0, __builtin_return_address(0));
	return p;
}

static inline void *
next_realloc(void *old, size_t n)
{
	if (is_libc())
		return __libc_realloc(old, n);
	be_ready((void *)next.realloc);
	return next.realloc(old, n);
}

/*
 * The old address may be another thread's as soon as it is free: it is
 * forgotten before, and put back when the call fails.
 */
LS_EXPORT void *
realloc(void *old, size_t n)
{
	stack_id stack = cblocks_was_on && old ? cblocks_forget(old) : 0;
	void *p = next_realloc(old, n);

	if (p)
		note(p, 0, __builtin_return_address(0));
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
	be_ready((void *)next.free);
	next.free(p);
}

LS_EXPORT void *
memalign(size_t alignment, size_t n)
{
	void *p;

	if (is_libc()) {
		p = __libc_memalign(alignment, n);
	} else {
		be_ready((void *)next.memalign);
		p = next.memalign(alignment, n);
	}
	note(p, n, __builtin_return_address(0));
	return p;
}

LS_EXPORT void *
aligned_alloc(size_t alignment, size_t n)
{
	void *p;

	be_ready((void *)next.aligned_alloc);
	p = next.aligned_alloc(alignment, n);
	note(p, n, __builtin_return_address(0));
	return p;
}

LS_EXPORT int
posix_memalign(void **out, size_t alignment, size_t n)
{
	int error;

	be_ready((void *)next.posix_memalign);
	error = next.posix_memalign(out, alignment, n);
	if (!error)
		note(*out, n, __builtin_return_address(0));
	return error;
}
