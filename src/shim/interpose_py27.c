/*
 * interpose_py27.c - the object allocator of a shared Python 2.7
 *
 * 2.7 has no PyMem_SetAllocator.  Where libpython is shared and was built with
 * plain flags, its own calls of PyObject_Malloc go through the dynamic linker
 * and arrive here first.  So do those of PyList_New, PyDict_New and
 * PyTuple_New, the only places that take objects out of the free lists: no
 * type needs to be wrapped, which test_gc of 2.7 would notice in gc.get_count().
 * A shared Python 3 of that kind calls these names too: then they forward,
 * and the allocator layer does the recording.
 *
 * Contract of every function here: as the real one; errno is the real one's.
 */
#include "config.h"

#include <dlfcn.h>
#include <stddef.h>

#include "python/api.h"
#include "python/objects.h"
#include "shim/capture.h"
#include "shim/export.h"
#include "shim/gcwatch27.h"
#include "shim/interpose.h"
#include "shim/layer.h"
#include "shim/sidetable.h"
#include "shim/start.h"

#if defined __x86_64__
__asm__(".symver dlsym,dlsym@GLIBC_2.2.5");
#elif defined __aarch64__
__asm__(".symver dlsym,dlsym@GLIBC_2.17");
#endif

static void *(*next_malloc)(size_t);
static void *(*next_realloc)(void *, size_t);
static void (*next_free)(void *);
static void *(*next_gc_malloc)(size_t);

static void *first_malloc(size_t n);
static void *first_realloc(void *old, size_t n);
static void first_free(void *p);
static void *first_gc_malloc(size_t n);

/*
 * Where calls go at present: to first_X() until the real one is known, then
 * there, and in a 2.7 by way of recorded_X().  One jump, so that a Python 3
 * does not pay for it.
 */
static void *(*malloc_now)(size_t) = first_malloc;
static void *(*realloc_now)(void *, size_t) = first_realloc;
static void (*free_now)(void *) = first_free;
static void *(*gc_malloc_now)(size_t) = first_gc_malloc;

static void *(*next_list)(ptrdiff_t);
static void *(*next_dict)(void);
static void *(*next_tuple)(ptrdiff_t);

static bool is_recording; /* this is a 2.7 */
static bool has_called;   /* and it calls us */
static bool has_made_containers;

static __thread int depth __attribute__((tls_model("initial-exec")));

/* From the constructor, or the first call of a libpython that came later. */
static void
resolve(void)
{
	void *from = RTLD_NEXT;

	if (!dlsym(RTLD_NEXT, "PyObject_Malloc")) {
		start_look_for_python();
		from = python.handle;
	}
	*(void **)&next_list = dlsym(from, "PyList_New");
	*(void **)&next_dict = dlsym(from, "PyDict_New");
	*(void **)&next_tuple = dlsym(from, "PyTuple_New");
	*(void **)&next_realloc = dlsym(from, "PyObject_Realloc");
	*(void **)&next_free = dlsym(from, "PyObject_Free");
	*(void **)&next_gc_malloc = dlsym(from, "_PyObject_GC_Malloc");
	*(void **)&next_malloc = dlsym(from, "PyObject_Malloc");
	malloc_now = next_malloc;
	realloc_now = next_realloc;
	free_now = next_free;
	gc_malloc_now = next_gc_malloc;
}

static void *
first_malloc(size_t n)
{
	resolve();
	return malloc_now(n);
}

static void *
first_realloc(void *old, size_t n)
{
	resolve();
	return realloc_now(old, n);
}

static void
first_free(void *p)
{
	resolve();
	free_now(p);
}

static void *
first_gc_malloc(size_t n)
{
	resolve();
	return gc_malloc_now(n);
}

static void *
recorded_malloc(size_t n)
{
	void (*trigger)(void) = layer_trigger;
	void *p;

	if (depth)
		return next_malloc(n);
	has_called = true;
	if (__builtin_expect(trigger != NULL, 0))
		trigger();
	depth++;
	p = next_malloc(n);
	depth--;
	if (p)
		layer_allocated(p, n, true);
	return p;
}

static void *
recorded_realloc(void *old, size_t n)
{
	void *p;

	if (depth)
		return next_realloc(old, n);
	depth++;
	if (old)
		layer_freed(old);
	p = next_realloc(old, n);
	depth--;
	if (p)
		layer_allocated(p, n, true);
	return p;
}

static void
recorded_free(void *p)
{
	if (!depth && p)
		layer_freed(p);
	depth++;
	next_free(p);
	depth--;
}

/* Here collections start by themselves, once the object has its memory. */
static void *
recorded_gc_malloc(size_t n)
{
	struct gcwatch27_moment m;
	void *p;

	has_made_containers = true;
	if (!gcwatch27_is_due())
		return next_gc_malloc(n);
	gcwatch27_begin(&m);
	p = next_gc_malloc(n);
	gcwatch27_end(&m);
	return p;
}

void
interpose_py27_record(bool on)
{
	if (!next_malloc)
		resolve();
	is_recording = on;
	malloc_now = on ? recorded_malloc : next_malloc;
	realloc_now = on ? recorded_realloc : next_realloc;
	free_now = on ? recorded_free : next_free;
	gc_malloc_now = on ? recorded_gc_malloc : next_gc_malloc;
}

bool
interpose_py27_sees_containers(void)
{
	return has_made_containers;
}

bool
interpose_py27_is_called(void)
{
	return has_called;
}

/* CPython 2.7, Include/objimpl.h, listobject.h, dictobject.h, tupleobject.h. */
LS_EXPORT void *PyObject_Malloc(size_t n);
LS_EXPORT void *PyObject_Realloc(void *old, size_t n);
LS_EXPORT void PyObject_Free(void *p);
LS_EXPORT void *PyList_New(ptrdiff_t n);
LS_EXPORT void *PyDict_New(void);
LS_EXPORT void *PyTuple_New(ptrdiff_t n);
/* The same name up to 3.10. */
LS_EXPORT void *_PyObject_GC_Malloc(size_t n);

void *
PyObject_Malloc(size_t n)
{
	return malloc_now(n);
}

void *
PyObject_Realloc(void *old, size_t n)
{
	return realloc_now(old, n);
}

void
PyObject_Free(void *p)
{
	free_now(p);
}

void *
_PyObject_GC_Malloc(size_t n)
{
	return gc_malloc_now(n);
}

/* An object that the allocator did not make just now is out of a free list. */
static void *
made(void *o)
{
	stack_id stack;
	void *block;

	if (!is_recording || !o)
		return o;
	/* All three types have a collector header (Include/objimpl.h). */
	block = (void *)head_of_object(o);
	if (layer_take_last() != block) {
		stack = capture_all();
		sidetable_restack(block, stack,
				  BLOCK_IS_OBJECT | capture_flags());
	}
	return o;
}

void *
PyList_New(ptrdiff_t n)
{
	if (!next_malloc)
		resolve();
	return made(next_list(n));
}

void *
PyDict_New(void)
{
	if (!next_malloc)
		resolve();
	return made(next_dict());
}

void *
PyTuple_New(ptrdiff_t n)
{
	if (!next_malloc)
		resolve();
	/* The empty tuple is one for all. */
	return n ? made(next_tuple(n)) : next_tuple(0);
}
