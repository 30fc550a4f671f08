/*
 * interpose_py27.c - the object allocator of a shared Python 2.7
 *
 * 2.7 has no PyMem_SetAllocator.  Where libpython is shared and was built with
 * plain flags, its own calls of PyObject_Malloc go through the dynamic linker
 * and arrive here first.  So do those of PyList_New, PyDict_New and
 * PyTuple_New, the only places that take objects out of the free lists: no type
 * needs to be wrapped, which test_gc of 2.7 would notice in gc.get_count().  A
 * shared Python 3 of that kind calls these names too: then they forward, and
 * the allocator layer does the recording.
 *
 * Contract of every function here: as the real one; errno is the real one's.
 */
#include "config.h"

#include <stddef.h>

#include "python/api.h"
#include "python/objects.h"
#include "shim/base/arming.h"
#include "shim/base/export.h"
#include "shim/base/interpose.h"
#include "shim/base/next.h"
#include "shim/record/capture.h"
#include "shim/record/layer.h"
#include "shim/record/sidetable.h"

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

static bool is_recording; /* this is a 2.7 */
static bool has_called;   /* and it calls us */
static bool has_made_containers;
static void (*look_for_python)(void);
static void *(*around_gc_malloc)(void *(*go_on)(size_t), size_t n);

static __thread int depth __attribute__((tls_model("initial-exec")));

/*
 * The first call, perhaps of a libpython that came just now; perhaps before our
 * constructor.  If the function is not defined, calls keep coming here.
 */
static void *
first_malloc(size_t n)
{
	next_type_PyObject_Malloc *go_on;

	if (look_for_python)
		look_for_python();
	go_on = next_PyObject_Malloc();
	if (malloc_now != first_malloc)
		return malloc_now(n);
	if (next.PyObject_Malloc)
		malloc_now = go_on;
	return go_on(n);
}

static void *
first_realloc(void *old, size_t n)
{
	next_type_PyObject_Realloc *go_on = next_PyObject_Realloc();

	if (realloc_now != first_realloc)
		return realloc_now(old, n);
	if (next.PyObject_Realloc)
		realloc_now = go_on;
	return go_on(old, n);
}

static void
first_free(void *p)
{
	next_type_PyObject_Free *go_on = next_PyObject_Free();

	if (free_now != first_free) {
		free_now(p);
		return;
	}
	if (next.PyObject_Free)
		free_now = go_on;
	go_on(p);
}

static void *
first_gc_malloc(size_t n)
{
	next_type__PyObject_GC_Malloc *go_on = next__PyObject_GC_Malloc();

	if (gc_malloc_now != first_gc_malloc)
		return gc_malloc_now(n);
	if (next._PyObject_GC_Malloc)
		gc_malloc_now = go_on;
	return go_on(n);
}

static void *
recorded_malloc(size_t n)
{
	void (*trigger)(void) = arming_hook;
	void *p;

	if (depth)
		return next.PyObject_Malloc(n);
	has_called = true;
	if (__builtin_expect(trigger != NULL, 0))
		trigger();
	depth++;
	p = next.PyObject_Malloc(n);
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
		return next.PyObject_Realloc(old, n);
	depth++;
	if (old)
		layer_freed(old);
	p = next.PyObject_Realloc(old, n);
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
	next.PyObject_Free(p);
	depth--;
}

static void *
recorded_gc_malloc(size_t n)
{
	has_made_containers = true;
	return around_gc_malloc ?
		       around_gc_malloc(next._PyObject_GC_Malloc, n) :
		       next._PyObject_GC_Malloc(n);
}

void
interpose_py27_look(void (*look)(void))
{
	look_for_python = look;
}

void
interpose_py27_collect(void *(*around)(void *(*go_on)(size_t), size_t n))
{
	around_gc_malloc = around;
}

void
interpose_py27_record(bool on)
{
	next_look_up_all(NEXT_PYTHON, python.handle);
	is_recording = on;
	if (next.PyObject_Malloc)
		malloc_now = on ? recorded_malloc : next.PyObject_Malloc;
	if (next.PyObject_Realloc)
		realloc_now = on ? recorded_realloc : next.PyObject_Realloc;
	if (next.PyObject_Free)
		free_now = on ? recorded_free : next.PyObject_Free;
	if (next._PyObject_GC_Malloc)
		gc_malloc_now =
			on ? recorded_gc_malloc : next._PyObject_GC_Malloc;
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
	return made(next_PyList_New()(n));
}

void *
PyDict_New(void)
{
	return made(next_PyDict_New()());
}

void *
PyTuple_New(ptrdiff_t n)
{
	void *o = next_PyTuple_New()(n);

	/* The empty tuple is one for all. */
	return n ? made(o) : o;
}
