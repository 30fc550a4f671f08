#include "config.h"

#include "shim/gcwatch.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

#include "common/buf.h"
#include "python/api.h"
#include "python/gclists.h"
#include "python/gil.h"
#include "python/objects.h"
#include "python/text.h"
#include "shim/boot.h"
#include "shim/finish.h"
#include "shim/forks.h"
#include "shim/process.h"
#include "shim/reftracer.h"
#include "shim/say.h"

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
	bool is_counting;
	bool saveall_seen;
	uint64_t started_ns;
	struct report_generation generations[GENERATIONS];
} watch;

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* The result of a call without arguments as a number; -1 on failure. */
static long
ask(void *function)
{
	void *result = function ? py.PyObject_CallObject(function, NULL) :
				  NULL;
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
	garbage = boot_gc() ? py.PyObject_GetAttrString(boot_gc(), "garbage") :
			      NULL;
	if (garbage) {
		/* The module keeps it; ours was only a second reference. */
		py.Py_DecRef(garbage);
		if (type_flags(object_type(garbage)) & FLAG_LIST) {
			out->garbage = garbage;
			out->n_garbage =
				(int64_t)object_word(garbage, OB_SIZE);
		}
	} else {
		py.PyErr_Clear();
	}
	out->saveall_now = debug >= 0 && debug & DEBUG_SAVEALL;
	if (out->saveall_now)
		watch.saveall_seen = true;
	out->saveall_seen = watch.saveall_seen || !watch.is_counting;
}

bool
gcwatch_will_collect_at_end(void)
{
	/* Py_FinalizeEx() asks, since 3.4: _PyGC_CollectIfEnabled(). */
	return python.collects_when_disabled || ask(watch.isenabled) == 1;
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
	buf_printf(&b, "leakshim: gc generation %ld: %ld collected, "
		       "%ld uncollectable, ",
		   generation, collected, uncollectable);
	buf_decimal(&b, s, 6);
	buf_put(&b, " s");
	if (boot_lists()->heads[0]) {
		gclists_counts(boot_lists(), counts);
		gclists_thresholds(boot_lists(), thresholds);
		buf_printf(&b, ", counts %d %d %d of %d %d %d", counts[0],
			   counts[1], counts[2], thresholds[0], thresholds[1],
			   thresholds[2]);
	}
	buf_putc(&b, '\n');
	say_text(&b);
	buf_fini(&b);
}

static void
on_stop(void *info)
{
	long generation = number_in(info, watch.key_generation);
	long collected = number_in(info, watch.key_collected);
	long uncollectable = number_in(info, watch.key_uncollectable);
	double seconds = (double)(now_ns() - watch.started_ns) / 1e9;
	struct report_generation *g;

	if (generation < 0 || generation >= GENERATIONS)
		return;
	g = &watch.generations[generation];
	g->collections++;
	g->collected += collected;
	g->uncollectable += uncollectable;
	g->seconds += seconds;
	if (seconds > g->longest_seconds)
		g->longest_seconds = seconds;
	if (process.options.gcstats)
		say_collection(generation, collected, uncollectable, seconds);
}

/* gc.callbacks: (phase, info). */
static void *
on_collection(void *self, void *args)
{
	void *phase = object_pointer(args, layout->tuple_items);
	void *info = object_pointer(args, layout->tuple_items + 8);
	char text[8];

	(void)self;
	if (process.is_inert || !forks_is_own_process() ||
	    !pytext_copy(phase, text, sizeof text))
		return boot_none();
	if (!strcmp(text, "start")) {
		long debug = ask(watch.get_debug);

		if (debug >= 0 && debug & DEBUG_SAVEALL)
			watch.saveall_seen = true;
		reftracer_keep();
		watch.started_ns = now_ns();
	} else if (!strcmp(text, "stop")) {
		on_stop(info);
		if (is_finalizing())
			finish_after_collection();
	}
	if (py.PyErr_Occurred())
		py.PyErr_Clear();
	return boot_none();
}

static struct method callback = {"leakshim", on_collection, 1, NULL};

void
gcwatch_install(void *gc)
{
	void *callbacks, *function;

	watch.isenabled = py.PyObject_GetAttrString(gc, "isenabled");
	watch.get_debug = py.PyObject_GetAttrString(gc, "get_debug");
	if (py.PyErr_Occurred())
		py.PyErr_Clear();
	if (!python.has_gc_callbacks)
		return;
	watch.key_generation = py.PyUnicode_InternFromString("generation");
	watch.key_collected = py.PyUnicode_InternFromString("collected");
	watch.key_uncollectable =
		py.PyUnicode_InternFromString("uncollectable");
	callbacks = py.PyObject_GetAttrString(gc, "callbacks");
	function = py.PyCFunction_NewEx(&callback, NULL, NULL);
	if (callbacks && function && type_flags(object_type(callbacks)) &
						 FLAG_LIST)
		watch.is_counting = py.PyList_Append(callbacks, function) == 0;
	if (callbacks)
		py.Py_DecRef(callbacks);
	if (function)
		py.Py_DecRef(function);
	if (py.PyErr_Occurred())
		py.PyErr_Clear();
}

bool
gcwatch_generations(struct report_generation out[3])
{
	memcpy(out, watch.generations, sizeof watch.generations);
	return watch.is_counting;
}
