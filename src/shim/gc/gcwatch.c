#include "config.h"

#include "shim/gc/gcwatch.h"

#include <stddef.h>
#include <string.h>

#include "common/buf.h"
#include "python/api.h"
#include "python/gclists.h"
#include "python/gil.h"
#include "python/objects.h"
#include "python/pytext.h"
#include "shim/base/clone.h"
#include "shim/base/process.h"
#include "shim/base/say.h"
#include "shim/base/watched.h"
#include "shim/gc/collected.h"
#include "shim/record/reftracer.h"

enum { DEBUG_SAVEALL = 32 }; /* Modules/gcmodule.c, all versions */

/* PyMethodDef */
struct method {
	const char *name;
	void *(*call)(void *self, void *args);
	int flags; /* METH_VARARGS is 1 */
	const char *doc;
};

static struct {
	/* New references, made once: a look-up must allocate nothing. */
	void *isenabled, *get_debug;
	void *key_generation, *key_collected, *key_uncollectable;
	void *function; /* what is in gc.callbacks, including ours */
	void *garbage;  /* the list as last seen: the interpreter keeps it */
	bool is_called; /* by gc.callbacks */
	bool is_counting;
	bool is_collecting;
	bool saveall_seen;
	uint64_t started_ns;
	void (*ended)(bool is_last);
	struct report_generation generations[GENERATIONS];
} watch;

/* The result of a call without arguments as a number; -1 on failure. */
static long
ask(void *function)
{
	void *result = function ? py.PyObject_CallObject(function, NULL) : NULL;
	long v = -1;

	if (result) {
		v = py.PyLong_AsLong(result);
		py.Py_DecRef(result);
	}
	if (py.PyErr_Occurred())
		py.PyErr_Clear();
	return v;
}

void
gcwatch_look(struct gcwatch_state *out)
{
	void *garbage;
	long debug = ask(watch.get_debug);

	*out = (struct gcwatch_state){
		.enabled = (int)ask(watch.isenabled),
		.debug_flags = debug < 0 ? REPORT_UNKNOWN : debug,
		.n_garbage = REPORT_UNKNOWN,
	};
	garbage = watched.gc ?
			  py.PyObject_GetAttrString(watched.gc, "garbage") :
			  NULL;
	if (garbage) {
		/* The module keeps it; ours was only a second reference. */
		py.Py_DecRef(garbage);
		if (type_flags(object_type(garbage)) & FLAG_LIST) {
			out->garbage = garbage;
			out->n_garbage = (int64_t)object_word(garbage, OB_SIZE);
		}
	} else {
		py.PyErr_Clear();
	}
	watch.garbage = out->garbage;
	out->saveall_now = debug >= 0 && debug & DEBUG_SAVEALL;
	if (out->saveall_now)
		watch.saveall_seen = true;
	out->saveall_seen = watch.saveall_seen || !watch.is_called;
}

void
gcwatch_recall(struct gcwatch_state *out)
{
	*out = (struct gcwatch_state){
		.enabled = -1,
		.debug_flags = REPORT_UNKNOWN,
		.garbage = watch.garbage,
		.n_garbage = REPORT_UNKNOWN,
		.saveall_seen = watch.saveall_seen || !watch.is_called,
	};
	if (watch.garbage)
		out->n_garbage = (int64_t)object_word(watch.garbage, OB_SIZE);
}

void
gcwatch_note_flags(void)
{
	long debug = ask(watch.get_debug);

	if (debug >= 0 && debug & DEBUG_SAVEALL)
		watch.saveall_seen = true;
}

bool
gcwatch_is_collecting(void)
{
	return watch.is_collecting;
}

bool
gcwatch_will_collect_at_end(void)
{
	/* Py_FinalizeEx() asks, since 3.4: _PyGC_CollectIfEnabled(). */
	return layout->collects_when_disabled || ask(watch.isenabled) == 1;
}

static long
number_in(void *info, void *key)
{
	void *value = key ? py.PyDict_GetItem(info, key) : NULL;

	return value ? py.PyLong_AsLong(value) : -1;
}

static void
say_collection(long generation, long collected, long uncollectable, double s)
{
	int counts[GENERATIONS], thresholds[GENERATIONS];
	struct buf b;

	buf_init(&b);
	buf_printf(&b, "leakshim: gc generation %ld: ", generation);
	if (collected >= 0)
		buf_printf(&b, "%ld collected, %ld uncollectable, ", collected,
			   uncollectable);
	buf_decimal(&b, s, 6);
	buf_put(&b, " s");
	if (watched.lists.heads[0]) {
		gclists_counts(&watched.lists, counts);
		gclists_thresholds(&watched.lists, thresholds);
		buf_printf(&b, ", counts %d %d %d of %d %d %d", counts[0],
			   counts[1], counts[2], thresholds[0], thresholds[1],
			   thresholds[2]);
	}
	buf_putc(&b, '\n');
	say_text(&b);
	buf_fini(&b);
}

/* collected and uncollectable: -1 if not known. */
static void
count(long generation, long collected, long uncollectable, uint64_t ns)
{
	double seconds = (double)ns / 1e9;
	struct report_generation *g;

	if (generation < 0 || generation >= GENERATIONS)
		return;
	g = &watch.generations[generation];
	g->collections++;
	if (collected >= 0) {
		g->collected += collected;
		g->uncollectable += uncollectable;
	}
	g->seconds += seconds;
	if (seconds > g->longest_seconds)
		g->longest_seconds = seconds;
	if (process.options.gcstats)
		say_collection(generation, collected, uncollectable, seconds);
}

void
gcwatch_collects(bool now)
{
	watch.is_collecting = now;
}

void
gcwatch_collected(int generation, uint64_t ns)
{
	count(generation, -1, -1, ns);
	watch.ended(false);
}

static void
on_stop(void *info)
{
	count(number_in(info, watch.key_generation),
	      number_in(info, watch.key_collected),
	      number_in(info, watch.key_uncollectable),
	      clone_now_ns() - watch.started_ns);
}

bool
gcwatch_is_enabled(void)
{
	return ask(watch.isenabled) == 1;
}

bool
gcwatch_is_keeping_all(void)
{
	long debug = ask(watch.get_debug);

	return debug >= 0 && debug & DEBUG_SAVEALL;
}

/*
 * Of the oldest generation.  While the interpreter is finalized, streams are
 * flushed first, by the program's code perhaps: what a young collection leaves
 * behind is not uncollectable.
 */
static bool
is_full(void *info)
{
	return number_in(info, watch.key_generation) == GENERATIONS - 1;
}

/* gc.callbacks: (phase, info). */
static void *
on_collection(void *self, void *args)
{
	void *phase = object_pointer(args, layout->tuple_items);
	void *info = object_pointer(args, layout->tuple_items + 8);
	char text[8];

	(void)self;
	if (process.is_inert || !process_is_own() ||
	    !pytext_copy(phase, text, sizeof text))
		return watched_none();
	if (!strcmp(text, "start")) {
		gcwatch_note_flags();
		reftracer_keep();
		if (collected_is_wanted() && !gcwatch_is_keeping_all())
			collected_note(
				(int)number_in(info, watch.key_generation));
		watch.started_ns = clone_now_ns();
		watch.is_collecting = true;
	} else if (!strcmp(text, "stop")) {
		watch.is_collecting = false;
		on_stop(info);
		watch.ended(is_finalizing() && is_full(info));
	}
	if (py.PyErr_Occurred())
		py.PyErr_Clear();
	return watched_none();
}

static struct method callback = {"leakshim", on_collection, 1, NULL};

void
gcwatch_install(void *gc, void (*ended)(bool is_last))
{
	void *callbacks, *function;

	watch.ended = ended;
	watch.isenabled = py.PyObject_GetAttrString(gc, "isenabled");
	watch.get_debug = py.PyObject_GetAttrString(gc, "get_debug");
	if (py.PyErr_Occurred())
		py.PyErr_Clear();
	watch.is_counting = false;
	if (!layout->has_gc_callbacks)
		return;
	watch.key_generation = py.PyUnicode_InternFromString("generation");
	watch.key_collected = py.PyUnicode_InternFromString("collected");
	watch.key_uncollectable =
		py.PyUnicode_InternFromString("uncollectable");
	callbacks = py.PyObject_GetAttrString(gc, "callbacks");
	function = py.PyCFunction_NewEx(&callback, NULL, NULL);
	if (callbacks && function &&
	    type_flags(object_type(callbacks)) & FLAG_LIST)
		watch.is_called = py.PyList_Append(callbacks, function) == 0;
	watch.is_counting = watch.is_called;
	if (callbacks)
		py.Py_DecRef(callbacks);
	/* Our reference is kept, to find it again. */
	watch.function = function;
	if (py.PyErr_Occurred())
		py.PyErr_Clear();
}

void
gcwatch_remove(void *gc)
{
	void *callbacks = py.PyObject_GetAttrString(gc, "callbacks");
	void *take = callbacks && watch.function ?
			     py.PyObject_GetAttrString(callbacks, "remove") :
			     NULL;
	void *result = take ? py.PyObject_CallFunctionObjArgs(
				      take, watch.function, NULL) :
			      NULL;
	void **const kept[] = {&watch.isenabled,
			       &watch.get_debug,
			       &watch.key_generation,
			       &watch.key_collected,
			       &watch.key_uncollectable,
			       &watch.function,
			       &result,
			       &take,
			       &callbacks};
	size_t i;

	if (!result)
		py.PyErr_Clear();
	for (i = 0; i < sizeof kept / sizeof *kept; i++) {
		if (*kept[i])
			py.Py_DecRef(*kept[i]);
		*kept[i] = NULL;
	}
	watch.is_called = watch.is_counting = watch.is_collecting = false;
}

void
gcwatch_counts(void)
{
	watch.is_counting = true;
}

bool
gcwatch_generations(struct report_generation out[3])
{
	int k;

	memcpy(out, watch.generations, sizeof watch.generations);
	for (k = 0; k < GENERATIONS && !watch.is_called; k++)
		out[k].collected = out[k].uncollectable = REPORT_UNKNOWN;
	return watch.is_counting;
}
