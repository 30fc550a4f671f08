/*
 * glibconly.h - functions that only glibc has
 *
 * Weak, so that the library loads in processes with another C library (musl): a
 * loader refuses the whole program for one missing name.  The library stays out
 * of such a process (shim/entry/start.c), and calls these only where
 * glibconly_all_here().
 *
 * Contract of every function here: as the real one.
 */
#ifndef LEAKSHIM_COMMON_GLIBCONLY_H
#define LEAKSHIM_COMMON_GLIBCONLY_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define GLIBC_ONLY __attribute__((weak))

/* Second names of malloc(3) and its family. */
GLIBC_ONLY void *__libc_malloc(size_t n);
GLIBC_ONLY void *__libc_calloc(size_t n_members, size_t size);
GLIBC_ONLY void *__libc_realloc(void *old, size_t n);
GLIBC_ONLY void *__libc_memalign(size_t alignment, size_t n);
GLIBC_ONLY void *__libc_valloc(size_t n);
GLIBC_ONLY void __libc_free(void *p);

/* The second name of sigaction(2). */
struct sigaction;
GLIBC_ONLY int __sigaction(int number, const struct sigaction *action,
			   struct sigaction *old);

/*
 * Its user says which version it means (.symver), so it is not asked for below.
 */
GLIBC_ONLY int dladdr1(const void *address, Dl_info *info, void **extra,
		       int flags);
GLIBC_ONLY int on_exit(void (*function)(int, void *), void *argument);

/* What pthread_atfork(3) and C++'s thread_local call, with our __dso_handle. */
GLIBC_ONLY int __register_atfork(void (*prepare)(void), void (*parent)(void),
				 void (*child)(void), void *dso);
GLIBC_ONLY int __cxa_thread_atexit_impl(void (*destructor)(void *),
					void *object, void *dso);

static inline bool
glibconly_all_here(void)
{
	return __libc_malloc && __libc_calloc && __libc_realloc &&
	       __libc_memalign && __libc_valloc && __libc_free && __sigaction &&
	       on_exit && __register_atfork && __cxa_thread_atexit_impl;
}

#endif /* LEAKSHIM_COMMON_GLIBCONLY_H */
