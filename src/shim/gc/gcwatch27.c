#include "config.h"

#include "shim/gc/gcwatch27.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "python/api.h"
#include "python/gclists.h"
#include "python/layout.h"
#include "python/objects.h"
#include "shim/base/clone.h"
#include "shim/base/interpose.h"
#include "shim/base/process.h"
#include "shim/base/watched.h"
#include "shim/gc/collected.h"
#include "shim/gc/gcwatch.h"

/*
 * PyMethodDef, and where a PyCFunctionObject keeps it (Include/methodobject.h).
 */
struct method {
	const char *name;
	void *(*call)(void *self, void *args, void *keywords);
	int flags;
	const char *doc;
};

enum { FUNCTION_METHOD = 16, METH_VARARGS = 1, METH_KEYWORDS = 2 };

static void *(*real_collect)(void *self, void *args, void *keywords);
static bool is_installed;
/* The collection that the next container may start, or that has started. */
struct moment {
	uint64_t started_ns;
	int counts[GENERATIONS];
};

/* May the next container that is allocated start a collection? */
static bool
is_due(void)
{
	int counts[GENERATIONS], thresholds[GENERATIONS];

	if (!is_installed || gcwatch_is_collecting())
		return false;
	gclists_counts(&watched.lists, counts);
	gclists_thresholds(&watched.lists, thresholds);
	return counts[0] >= thresholds[0] && thresholds[0];
}

/*
 * The generation that the next allocation collects, if it does:
 * collect_generations() takes the oldest whose count is over its threshold, but
 * puts off the oldest of all by numbers that are not visible here.  Better miss
 * what that frees. -1: none, the collector is disabled.
 */
static int
generation_due(const int counts[GENERATIONS])
{
	int thresholds[GENERATIONS];

	gclists_thresholds(&watched.lists, thresholds);
	if (counts[0] != thresholds[0] || !gcwatch_is_enabled())
		return -1;
	return counts[1] > thresholds[1] || counts[2] > thresholds[2];
}

static void
note_collected(int generation)
{
	if (generation >= 0 && generation < GENERATIONS &&
	    !gcwatch_is_keeping_all())
		collected_note(generation);
}

/* gc.collect(generation=2); -1: not known. */
static int
generation_asked(void *args, void *keywords)
{
	if (keywords)
		return -1;
	if (!args || !object_word(args, OB_SIZE))
		return GENERATIONS - 1;
	args = object_pointer(args, layout->tuple_items);
	return object_type(args) == py.PyInt_Type ?
		       (int)py.PyLong_AsLong(args) :
		       -1;
}

static void
begin(struct moment *m)
{
	gcwatch_collects(true);
	gclists_counts(&watched.lists, m->counts);
	if (collected_is_wanted())
		note_collected(generation_due(m->counts));
	m->started_ns = clone_now_ns();
}

/* The generation whose collection makes these counts of those; -1: none did. */
static int
generation_collected(const int before[GENERATIONS],
		     const int after[GENERATIONS])
{
	if (after[2] == before[2] + 1)
		return 1;
	if (after[1] == before[1] + 1)
		return 0;
	return after[1] == before[1] && after[2] == before[2] ? -1 : 2;
}

static void
end(const struct moment *m)
{
	int after[GENERATIONS], generation;

	gcwatch_collects(false);
	gclists_counts(&watched.lists, after);
	generation = generation_collected(m->counts, after);
	if (generation < 0)
		return;
	gcwatch_collected(generation, clone_now_ns() - m->started_ns);
}

/* _PyObject_GC_Malloc(): collections start by themselves, in there. */
static void *
around_malloc(void *(*go_on)(size_t n), size_t n)
{
	struct moment m;
	void *p;

	if (!is_due())
		return go_on(n);
	begin(&m);
	p = go_on(n);
	end(&m);
	return p;
}

static void *
collect(void *self, void *args, void *keywords)
{
	struct moment m;
	int after[GENERATIONS], generation;
	void *result;

	/* A finalizer may call gc.collect(): it does nothing. */
	if (gcwatch_is_collecting() || process.is_inert || !process_is_own())
		return real_collect(self, args, keywords);
	gcwatch_note_flags();
	gcwatch_collects(true);
	gclists_counts(&watched.lists, m.counts);
	if (collected_is_wanted())
		note_collected(generation_asked(args, keywords));
	m.started_ns = clone_now_ns();
	result = real_collect(self, args, keywords);
	gcwatch_collects(false);
	if (!result)
		return NULL; /* a wrong argument: nothing was collected */
	gclists_counts(&watched.lists, after);
	generation = generation_collected(m.counts, after);
	/* Of the oldest one, counts may be 0 before and after. */
	gcwatch_collected(generation < 0 ? 2 : generation,
			  clone_now_ns() - m.started_ns);
	return result;
}

void
gcwatch27_install(void *gc)
{
	void *function = py.PyObject_GetAttrString(gc, "collect");
	struct method *m;

	if (!function) {
		py.PyErr_Clear();
		return;
	}
	/* The module keeps the function, and the library its entry. */
	py.Py_DecRef(function);
	m = object_pointer(function, FUNCTION_METHOD);
	if (!watched.lists.heads[0] || !m || !m->name ||
	    strcmp(m->name, "collect") ||
	    m->flags != (METH_VARARGS | METH_KEYWORDS))
		return;
	if (m->call != collect) {
		real_collect = m->call;
		m->call = collect;
	}
	interpose_py27_collect(around_malloc);
	is_installed = true;
	gcwatch_counts();
}
