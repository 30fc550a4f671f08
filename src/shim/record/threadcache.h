/*
 * threadcache.h - each thread's last captured stack
 *
 * Kept between allocations so that only what changed is interned.  A cache is
 * the thread's alone; when the thread ends, the next new one gets it.
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  mmap(2); once a thread, what __cxa_thread_atexit_impl does
 *   locks      a spin lock, once a thread
 *   errno      is kept
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_THREADCACHE_H
#define LEAKSHIM_SHIM_THREADCACHE_H

#include <stddef.h>
#include <stdint.h>

#include "shim/record/sidetable.h"

enum {
	THREAD_CACHE_FRAMES = 2048, /* deeper frames are left out */
	THREAD_CACHE_STEPS = 256,
};

struct thread_frame {
	void *frame;
	uintptr_t place;   /* of the last capture, see frames_place() */
	void *code_object; /* that `code' is the id of; NULL: to look up */
	uint32_t code;     /* its id */
	stack_id node;
};

/* A node that stacks_intern() gave: true until rounds_now changes. */
struct thread_step {
	uintptr_t place;
	uint32_t code;
	stack_id below;
	stack_id node; /* 0: not in use */
};

struct thread_cache {
	struct thread_cache *next; /* in the pool */
	void *tstate;
	uint32_t epoch;
	uint32_t round; /* rounds_now */
	stack_id root;
	void *beyond;  /* the frame that frames[0] links to; NULL mostly */
	size_t n;      /* frames of the last capture */
	size_t n_used; /* the most of any since the epoch began */
	struct thread_step steps[THREAD_CACHE_STEPS];    /* by their hash */
	struct thread_frame frames[THREAD_CACHE_FRAMES]; /* outermost first */
	void *scratch[THREAD_CACHE_FRAMES];
};

/* The thread is ending: its last allocations have no stack. */
#define THREAD_CACHE_ENDING ((struct thread_cache *)1)

extern __thread struct thread_cache *threadcache_mine
	__attribute__((tls_model("initial-exec")));

struct thread_cache *threadcache_make(void);

/* The calling thread's; NULL when memory is out or the thread is ending. */
static inline struct thread_cache *
threadcache_take(void)
{
	struct thread_cache *c = threadcache_mine;

	if (__builtin_expect(c > THREAD_CACHE_ENDING, 1))
		return c;
	return c ? NULL : threadcache_make();
}

#endif /* LEAKSHIM_SHIM_THREADCACHE_H */
