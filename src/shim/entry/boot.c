#include "config.h"

#include "shim/entry/boot.h"

#include <stddef.h>

#include "common/buf.h"
#include "python/api.h"
#include "python/finalizers.h"
#include "python/gil.h"
#include "python/layout.h"
#include "python/pyerror.h"
#include "shim/base/arming.h"
#include "shim/base/process.h"
#include "shim/base/say.h"
#include "shim/base/stdlib.h"
#include "shim/base/watched.h"
#include "shim/check/growths.h"
#include "shim/check/statuspage.h"
#include "shim/entry/diagnosis.h"
#include "shim/gc/collected.h"
#include "shim/gc/gcwatch.h"
#include "shim/gc/gcwatch27.h"
#include "shim/occasions/finish.h"
#include "shim/occasions/triggers.h"
#include "shim/record/capture.h"
#include "shim/record/hooks.h"
#include "shim/record/programstart.h"

/* 2.7 and 3.6 report themselves initialized before they can import. */
enum { MAX_TRIES = 1000 };

static int tries;

/*
 * The gc module without a trace: if the program had not imported it, it is
 * not in sys.modules afterwards either.  Its state is the interpreter's, so a
 * later import gets the same lists.
 */
static void *
import_gc(void)
{
	void *modules = py.PyImport_GetModuleDict();
	bool had_it = modules && py.PyDict_GetItemString(modules, "gc");
	/* 2.7 has one lock for all imports: fail rather than wait for it. */
	void *gc =
		layout->has_gc_callbacks || !py.PyImport_ImportModuleNoBlock ?
			py.PyImport_ImportModule("gc") :
			py.PyImport_ImportModuleNoBlock("gc");

	if (!gc) {
		py.PyErr_Clear();
		return NULL;
	}
	if (!had_it && modules && py.PyDict_DelItemString(modules, "gc") != 0)
		py.PyErr_Clear();
	return gc;
}

static void
announce(void)
{
	struct buf b;

	if (process.options.verbosity < 1)
		return;
	buf_init(&b);
	buf_printf(&b, "leakshim: watching CPython %s (%s), pid %d: hooks %s",
		   python.text, python.is_shared ? "shared" : "static",
		   process.pid, hooks_kind());
	buf_printf(&b, ", free lists %s", hooks_free_list_kind());
	if (capture_problem())
		buf_printf(&b, ", no backtraces: %s", capture_problem());
	if (watched.problem)
		buf_printf(&b, ", no analysis: %s", watched.problem);
	buf_putc(&b, '\n');
	say_text(&b);
	buf_fini(&b);
}

static void
collection_ended(bool is_last)
{
	if (is_last)
		finish_after_collection();
	else
		triggers_collected();
}

static void
take_place(void)
{
	char directory[1024];

	finalizers_init();
	gil_learn();
	/* Before the hooks keep dead objects out of them. */
	if (process.options.reachability)
		watched.n_free_lists =
			freelists_find_arrays(watched.free_lists);
	/* Hooks installed late have not seen it import its first modules. */
	stdlib_find(directory, sizeof directory);
	programstart_set_library(directory);
	hooks_install(&process.options);
	watched.problem = layout_verify();
	if (!watched.problem)
		watched.problem = gclists_discover(watched.gc, &watched.lists);
	/* First: what is registered first runs last. */
	if (!finish_install())
		watched.problem = "no function can be registered for the exit";
	gcwatch_install(watched.gc, collection_ended);
	if (!layout->has_gc_callbacks && hooks_see_containers())
		gcwatch27_install(watched.gc);
	watched.is_watched = true;
	statuspage_started();
	triggers_start();
	announce();
	diagnosis_tell();
}

/* Look before anything is changed. */
static const char *
attach_problem(void)
{
	const char *why;

	watched.gc = import_gc();
	if (!watched.gc)
		return "its gc module cannot be imported now: try again";
	why = layout_verify();
	if (!why)
		why = gclists_discover(watched.gc, &watched.lists);
	if (why) {
		py.Py_DecRef(watched.gc);
		watched.gc = NULL;
	}
	return why;
}

const char *
boot_attach(void)
{
	struct pyerror error;
	const char *why;

	pyerror_keep(&error);
	why = attach_problem();
	if (!why) {
		finalizers_init();
		gil_learn();
		if (process.options.reachability)
			watched.n_free_lists =
				freelists_find_arrays(watched.free_lists);
		hooks_attach(&process.options);
		gcwatch_install(watched.gc, collection_ended);
		watched.problem = NULL;
		watched.is_watched = true;
		triggers_start();
	}
	pyerror_put_back(&error);
	return why;
}

bool
boot_detach(void)
{
	struct pyerror error;
	bool ok;

	pyerror_keep(&error);
	triggers_stop();
	gcwatch_remove(watched.gc);
	ok = hooks_remove();
	collected_forget();
	growths_forget();
	watched.is_watched = false;
	watched.n_free_lists = 0;
	py.Py_DecRef(watched.gc);
	watched.gc = NULL;
	process.is_inert = true;
	pyerror_put_back(&error);
	return ok;
}

int
boot(void *unused)
{
	struct pyerror error;

	(void)unused;
	if (process.is_inert || !gil_is_held() || is_finalizing())
		return 0;
	/* A pending call must leave no error, and keep one that was there. */
	pyerror_keep(&error);
	watched.gc = import_gc();
	if (watched.gc) {
		tries = 0; /* the next life has as many */
		take_place();
	} else if (++tries < MAX_TRIES) {
		arming_wait_again();
	}
	pyerror_put_back(&error);
	return 0;
}
