#include "config.h"

#include "shim/gc/gcwatch27.h"

#include <string.h>

#include "python/api.h"
#include "python/layout.h"
#include "python/objects.h"
#include "shim/base/clone.h"
#include "shim/base/process.h"
#include "shim/base/watched.h"
#include "shim/gc/collected.h"
#include "shim/gc/gcwatch.h"
#include "shim/occasions/triggers.h"

/* PyMethodDef, and where a PyCFunctionObject keeps it (Include/methodobject.h). */
struct method {
	const char *name;
	void *(*call)(void *self, void *args, void *keywords);
	int flags;
	const char *doc;
};

enum { FUNCTION_METHOD = 16, METH_VARARGS = 1, METH_KEYWORDS = 2 };

static void *(*real_collect)(void *self, void *args, void *keywords);
static bool is_installed;
static bool is_inside; /* a finalizer may call gc.collect(): it does nothing */

bool
gcwatch27_is_collecting(void)
{
	return is_inside;
}

bool
gcwatch27_is_due(void)
{
	int counts[GENERATIONS], thresholds[GENERATIONS];

	if (!is_installed || is_inside)
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
		       (int)py.PyLong_AsLong(args) : -1;
}

void
gcwatch27_begin(struct gcwatch27_moment *m)
{
	is_inside = true;
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

void
gcwatch27_end(const struct gcwatch27_moment *m)
{
	int after[GENERATIONS], generation;

	is_inside = false;
	gclists_counts(&watched.lists, after);
	generation = generation_collected(m->counts, after);
	if (generation < 0)
		return;
	gcwatch_count(generation, clone_now_ns() - m->started_ns);
	triggers_collected();
}

static void *
collect(void *self, void *args, void *keywords)
{
	struct gcwatch27_moment m;
	int after[GENERATIONS], generation;
	void *result;

	if (is_inside || process.is_inert || !process_is_own())
		return real_collect(self, args, keywords);
	gcwatch_note_flags();
	is_inside = true;
	gclists_counts(&watched.lists, m.counts);
	if (collected_is_wanted())
		note_collected(generation_asked(args, keywords));
	m.started_ns = clone_now_ns();
	result = real_collect(self, args, keywords);
	is_inside = false;
	if (!result)
		return NULL; /* a wrong argument: nothing was collected */
	gclists_counts(&watched.lists, after);
	generation = generation_collected(m.counts, after);
	/* Of the oldest one, counts may be 0 before and after. */
	gcwatch_count(generation < 0 ? 2 : generation,
		      clone_now_ns() - m.started_ns);
	triggers_collected();
	return result;
}

bool
gcwatch27_install(void *gc)
{
	void *function = py.PyObject_GetAttrString(gc, "collect");
	struct method *m;

	if (!function) {
		py.PyErr_Clear();
		return false;
	}
	/* The module keeps the function, and the library its entry. */
	py.Py_DecRef(function);
	m = object_pointer(function, FUNCTION_METHOD);
	if (!watched.lists.heads[0] || !m || !m->name ||
	    strcmp(m->name, "collect") ||
	    m->flags != (METH_VARARGS | METH_KEYWORDS))
		return false;
	if (m->call != collect) {
		real_collect = m->call;
		m->call = collect;
	}
	is_installed = true;
	return true;
}
