#include "config.h"

#include "shim/record/layer.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "python/api.h"
#include "shim/base/arming.h"
#include "shim/base/fault.h"
#include "shim/record/capture.h"
#include "shim/record/sidetable.h"

/* PyMemAllocatorEx (Include/cpython/pymem.h, 3.5+). */
struct allocator {
	void *ctx;
	void *(*malloc)(void *ctx, size_t n);
	void *(*calloc)(void *ctx, size_t n_members, size_t size);
	void *(*realloc)(void *ctx, void *p, size_t n);
	void (*free)(void *ctx, void *p);
};

struct context {
	struct allocator below;
	bool is_object; /* the OBJ domain */
	bool is_in_use;
};

enum { DOMAIN_MEM = 1, DOMAIN_OBJ = 2 }; /* PyMemAllocatorDomain */

enum {
	MAX_CONTEXTS = 64,
	FALL_BACK_BYTES = 512 << 10, /* as heap profilers sample by default */
};

static struct context contexts[MAX_CONTEXTS];
static enum {
	RECORD_NOTHING,
	RECORD_ALL,
	RECORD_OBJECTS, /* track=gc */
	RECORD_SAMPLES,
} recording;
static uint64_t sample_bytes;

__thread int layer_depth __attribute__((tls_model("initial-exec")));

static __thread struct {
	void *last;  /* see layer_take_last() */
	int64_t gap; /* bytes until the next sample */
	uint64_t random;
} mine __attribute__((tls_model("initial-exec")));

void
layer_configure(const struct options *o)
{
	sample_bytes = o->sample_bytes;
	recording = o->track == OPTIONS_TRACK_NONE   ? RECORD_NOTHING :
		    o->track == OPTIONS_TRACK_GC     ? RECORD_OBJECTS :
		    o->track == OPTIONS_TRACK_SAMPLE ? RECORD_SAMPLES :
						       RECORD_ALL;
}

void
layer_fall_back(void)
{
	if (recording != RECORD_ALL && recording != RECORD_OBJECTS)
		return;
	sample_bytes = FALL_BACK_BYTES;
	recording = RECORD_SAMPLES;
}

bool
layer_is_sampling(void)
{
	return recording == RECORD_SAMPLES;
}

bool
layer_records_all(void)
{
	return recording == RECORD_ALL;
}

void
layer_stop_recording(void)
{
	recording = RECORD_NOTHING;
}

void *
layer_take_last(void)
{
	void *p = mine.last;

	mine.last = NULL;
	return p;
}

/*
 * The gap to the next sample, of mean sample_bytes: -log2 of a random number,
 * roughly, by the count of its leading zeros and the bits that follow.
 */
static int64_t
next_gap(void)
{
	uint64_t r = mine.random ? mine.random : (uintptr_t)&mine | 1;
	unsigned zeros;
	double log2;

	r ^= r << 13;
	r ^= r >> 7;
	r ^= r << 17;
	mine.random = r;
	zeros = (unsigned)__builtin_clzll(r | 1);
	log2 = (double)zeros + 1.0 -
	       (double)(r << (zeros + 1) >> 32) / 4294967296.0;
	/* -ln(u) has the mean 1. */
	return 1 + (int64_t)((double)sample_bytes * log2 * 0.693147);
}

static bool
is_sampled(size_t n)
{
	mine.gap -= (int64_t)(n ? n : 1);
	if (mine.gap > 0)
		return false;
	mine.gap = next_gap();
	return true;
}

static bool
is_wanted(size_t n, bool is_object)
{
	switch (recording) {
	case RECORD_NOTHING:
		return false;
	case RECORD_OBJECTS:
		return is_object;
	case RECORD_SAMPLES:
		return is_sampled(n);
	default:
		return true;
	}
}

/*
 * An object has its count and its type.  In a shorter block (a class's __doc__
 * of a few letters) the type may be what the former owner has left there.
 */
enum { SMALLEST_OBJECT = 16 };

static inline void
record(void *p, size_t n, bool is_object)
{
	stack_id stack;

	if (__builtin_expect(recording != RECORD_ALL, 0) &&
	    !is_wanted(n, is_object))
		return;
	stack = capture_all();
	if (n < SMALLEST_OBJECT)
		is_object = false;
	sidetable_record(p, n, stack,
			 capture_flags() | (is_object ? BLOCK_IS_OBJECT : 0));
	mine.last = p;
}

void
layer_allocated(void *p, size_t n, bool is_object)
{
	record(p, n, is_object);
}

static inline void
forget(void *p)
{
	if (__builtin_expect(sidetable_forget(p) & BLOCK_IS_CODE, 0))
		capture_code_died(p);
}

void
layer_freed(void *p)
{
	forget(p);
}

static inline void
pull_trigger(void)
{
	void (*trigger)(void) = arming_hook;

	if (__builtin_expect(trigger != NULL, 0))
		trigger();
}

static void *
hook_malloc(void *ctx, size_t n)
{
	struct context *c = ctx;
	void *p;

	pull_trigger();
	layer_depth++;
	p = c->below.malloc(c->below.ctx, n);
	if (--layer_depth == 0 && p)
		record(p, n, c->is_object);
	return p;
}

static void *
hook_calloc(void *ctx, size_t n_members, size_t size)
{
	struct context *c = ctx;
	void *p;

	pull_trigger();
	layer_depth++;
	p = c->below.calloc(c->below.ctx, n_members, size);
	if (--layer_depth == 0 && p)
		record(p, n_members * size, c->is_object);
	return p;
}

/*
 * The old address may be another thread's as soon as the real realloc has
 * returned: its record is removed before, and restored if the call fails.
 */
static void *
hook_realloc(void *ctx, void *old, size_t n)
{
	struct context *c = ctx;
	struct block b;
	bool was_known;
	void *p;

	if (layer_depth)
		return c->below.realloc(c->below.ctx, old, n);
	was_known = old && sidetable_find(old, &b);
	if (was_known)
		sidetable_forget(old);
	layer_depth++;
	p = c->below.realloc(c->below.ctx, old, n);
	layer_depth--;
	if (!p) {
		if (was_known)
			sidetable_record(old, b.size, b.stack, b.flags);
		return NULL;
	}
	if (was_known && b.flags & BLOCK_IS_CODE)
		capture_code_died(old);
	record(p, n, c->is_object);
	return p;
}

static void
hook_free(void *ctx, void *p)
{
	struct context *c = ctx;

	if (p && !layer_depth)
		forget(p);
	layer_depth++;
	c->below.free(c->below.ctx, p);
	layer_depth--;
}

/* One that no allocator refers to. */
static struct context *
free_context(void)
{
	size_t i;

	for (i = 0; i < MAX_CONTEXTS; i++)
		if (!contexts[i].is_in_use)
			return &contexts[i];
	return NULL;
}

static bool
install_in(int domain)
{
	struct allocator now, ours;
	struct context *c;

	memset(&now, 0, sizeof now);
	py.PyMem_GetAllocator(domain, &now);
	if (now.malloc == hook_malloc)
		return true;
	c = free_context();
	if (!c)
		return false; /* something else keeps taking the place */
	c->is_in_use = true;
	c->below = now;
	c->is_object = domain == DOMAIN_OBJ;
	ours = (struct allocator){c, hook_malloc, hook_calloc, hook_realloc,
				  hook_free};
	py.PyMem_SetAllocator(domain, &ours);
	return true;
}

bool
layer_install(void)
{
	if (!py.PyMem_GetAllocator || !py.PyMem_SetAllocator)
		return false;
	return install_in(DOMAIN_MEM) && install_in(DOMAIN_OBJ);
}

/* A tool that has copied our functions (tracemalloc) has put its own on top. */
static bool
remove_from(int domain)
{
	struct allocator now;
	struct context *c;

	memset(&now, 0, sizeof now);
	py.PyMem_GetAllocator(domain, &now);
	if (now.malloc != hook_malloc)
		return false;
	c = now.ctx;
	py.PyMem_SetAllocator(domain, &c->below);
	c->is_in_use = false;
	return true;
}

bool
layer_remove(void)
{
	bool ok;

	layer_stop_recording();
	if (!py.PyMem_GetAllocator || !py.PyMem_SetAllocator)
		return true;
	ok = remove_from(DOMAIN_OBJ);
	return remove_from(DOMAIN_MEM) && ok;
}

bool
layer_is_on_top(void)
{
	struct allocator now;

	if (!py.PyMem_GetAllocator)
		return false;
	memset(&now, 0, sizeof now);
	py.PyMem_GetAllocator(DOMAIN_OBJ, &now);
	return now.malloc == hook_malloc;
}
