#include "config.h"

#include "shim/occasions/finish.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/glibconly.h"
#include "python/api.h"
#include "python/atexits.h"
#include "python/foreigngil.h"
#include "python/gil.h"
#include "shim/base/arming.h"
#include "shim/base/process.h"
#include "shim/base/say.h"
#include "shim/base/watched.h"
#include "shim/check/background.h"
#include "shim/check/command.h"
#include "shim/check/inspector.h"
#include "shim/check/secondclone.h"
#include "shim/gc/collected.h"
#include "shim/gc/gcwatch.h"
#include "shim/occasions/askapi.h"
#include "shim/occasions/exit27.h"
#include "shim/record/programstart.h"
#include "shim/record/sidetable.h"

enum stage {
	STAGE_NONE,
	STAGE_WATCHING,
	STAGE_WAITING,  /* checked; the last collection is to come */
	STAGE_COMPARED, /* it has come; the clone writes the report */
	STAGE_DONE,
};

static struct {
	enum stage stage;
	unsigned n_failing;
	int64_t exec_tried_at; /* seconds, 0: never */
} state;

static void
set_stage(enum stage stage)
{
	state.stage = stage;
	watched.is_ending = stage != STAGE_WATCHING;
}

static int64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec + 1;
}

static void
end_check(void)
{
	bool is_written;
	int n;

	if (state.stage != STAGE_WAITING && state.stage != STAGE_COMPARED)
		return;
	set_stage(STAGE_DONE);
	n = inspector_end(&is_written);
	state.n_failing = n < 0 ? 0 : (unsigned)n;
	process_tally(state.n_failing, true);
}

static void
begin_check(bool collection_follows)
{
	struct inspector_request request = {
		.trigger = "exit",
		.collection_follows = collection_follows,
	};

	if (state.stage != STAGE_WATCHING)
		return;
	watched.ending_thread = syscall(SYS_gettid);
	set_stage(STAGE_DONE);
	/* Attached to, perhaps after a detach: it reports to commands alone. */
	if (process.is_inert || process.is_attached || !process_is_own())
		return;
	command_wait_until_idle();
	askapi_wait_until_idle();
	background_wait();
	if (inspector_begin(&request))
		set_stage(STAGE_WAITING);
	if (!collection_follows)
		end_check();
}

static void
finish_at_exit(void)
{
	begin_check(gcwatch_will_collect_at_end());
}

void
finish_after_collection(void)
{
	if (state.stage != STAGE_WAITING || !process_is_own())
		return;
	inspector_compare();
	/*
	 * Waiting now, with the GIL held, would make the other threads request
	 * it: the finalizers to come would give it to a daemon thread that has
	 * been finalized (3.11: an assertion of debug builds fails in
	 * drop_gil()).
	 */
	set_stage(STAGE_COMPARED);
	inspector_order();
}

/* Tried to exec, failed, ended: it never was a program of its own. */
static bool
only_failed_to_exec(void)
{
	return state.exec_tried_at && now() - state.exec_tried_at < 2;
}

static bool
may_take_gil(void)
{
	return !secondclone_is_needed() && gil_can_take() &&
	       (foreigngil_lacks_gil() || gil_is_free());
}

/*
 * A host that ends by exit(3), its interpreter never finalized.  A thread that
 * holds the GIL then, or is the only one, may check; another running thread may
 * hold it forever, and so may one that has ended.
 */
static void
check_unfinalized(void)
{
	bool is_held = gil_look() == GIL_HELD;
	int taken;

	if (state.stage != STAGE_WATCHING || process.is_inert ||
	    process.is_attached || only_failed_to_exec())
		return;
	if (gcwatch_is_collecting() || (!is_held && !may_take_gil())) {
		set_stage(STAGE_DONE);
		if (process.is_forked && !process.options.verbosity)
			return; /* as in say_gil_lacks() */
		say("no report",
		    "the program called exit() without Py_Finalize() while "
		    "Python code may have been running");
		return;
	}
	if (is_held) {
		begin_check(false);
		return;
	}
	taken = gil_take();
	begin_check(false);
	gil_give_back(taken);
}

/* ---- exit status ---- */

static int
status_instead_of(int status)
{
	if (status || !state.n_failing || process.has_run ||
	    !process.options.exitcode || !process_is_first())
		return status;
	/*
	 * Only the first process may, and it must be known which one that is.
	 */
	if (process.no_ancestors) {
		say("the exit status does not show the findings",
		    process.no_ancestors);
		return status;
	}
	return process.options.exitcode;
}

/*
 * Registered at boot, so it runs after the handlers that the program added
 * later.  A second exit() inside a handler goes on with the handlers that are
 * left, and then flushes and ends with the new status (glibc, all versions).
 */
static void
change_exit_status(int status, void *unused)
{
	int instead;

	(void)unused;
	if (!process_is_own())
		return;
	check_unfinalized();
	end_check(); /* the collection that was expected never came */
	instead = status_instead_of(status);
	if (instead != status)
		exit(instead);
}

/*
 * A C library's child that never returns to Python, forked or not, is not worth
 * a line; the program itself ending this way is.
 */
static void
say_gil_lacks(void)
{
	if (process.is_attached ||
	    (process.is_forked && !process.options.verbosity))
		return;
	say("no report", "the process ended in C code that does not hold the "
			 "GIL: end it with sys.exit() or os._exit()");
}

int
finish_before__exit(int status)
{
	if (state.stage == STAGE_NONE || process.is_inert || !process_is_own())
		return status;
	if (only_failed_to_exec())
		return status;
	if (state.stage == STAGE_WATCHING && gil_is_held())
		begin_check(false);
	else if (state.stage == STAGE_WATCHING)
		say_gil_lacks();
	background_wait(); /* its clone would outlive us */
	end_check();
	return status_instead_of(status);
}

void
finish_exec_tried(void)
{
	if (state.stage == STAGE_NONE || !process_is_own())
		return;
	background_give_up(); /* the next check would never reap its clone */
	if (process.is_forked)
		state.exec_tried_at = now();
}

void
finish_forked(void)
{
	/* The parent's check, if one was on its way, is the parent's. */
	inspector_forget();
	collected_forget();
	watched.ending_thread = syscall(SYS_gettid);
	state.exec_tried_at = 0;
	if (state.stage == STAGE_WAITING || state.stage == STAGE_COMPARED)
		set_stage(STAGE_DONE);
}

/* ---- registration ---- */

static void *
at_exit(void *self, void *args)
{
	(void)self;
	(void)args;
	finish_at_exit();
	if (py.PyErr_Occurred())
		py.PyErr_Clear();
	gil_offer();
	return watched_none();
}

/* PyMethodDef; METH_VARARGS is 1. */
static struct {
	const char *name;
	void *(*call)(void *, void *);
	int flags;
	const char *doc;
} at_exit_method = {"leakshim", at_exit, 1, NULL};

/*
 * The interpreter is gone (Py_AtExit): an embedding program may start another.
 * What this one has left behind, reported or not, is not the next one's.
 */
static void
after_finalization(void)
{
	if (!process_is_own() || process.is_inert)
		return;
	end_check();
	sidetable_flag_all(BLOCK_IS_STARTUP);
	programstart_begin_anew();
	set_stage(STAGE_NONE);
	arming_wait_again();
}

static bool
register_atexit(void)
{
	void *modules = py.PyImport_GetModuleDict();
	bool had_it = modules && py.PyDict_GetItemString(modules, "atexit");
	void *atexit_module = py.PyImport_ImportModule("atexit");
	void *add, *function, *result = NULL;

	if (!atexit_module) {
		py.PyErr_Clear();
		return false;
	}
	add = py.PyObject_GetAttrString(atexit_module, "register");
	function = py.PyCFunction_NewEx(&at_exit_method, NULL, NULL);
	if (add && function)
		result = py.PyObject_CallFunctionObjArgs(add, function, NULL);
	if (result)
		py.Py_DecRef(result);
	if (function)
		py.Py_DecRef(function);
	if (add)
		py.Py_DecRef(add);
	/* As with gc: no trace in sys.modules where the state survives that. */
	if (!had_it && atexits_survive_module() &&
	    py.PyDict_DelItemString(modules, "atexit") != 0)
		py.PyErr_Clear();
	py.Py_DecRef(atexit_module);
	if (!result)
		py.PyErr_Clear();
	return result;
}

bool
finish_install(void)
{
	static bool has_handlers;
	bool ok;

	ok = exit27_is_needed() ?
		     exit27_install(finish_at_exit, finish_after_collection) :
		     register_atexit();
	if (!has_handlers) {
		on_exit(change_exit_status, NULL);
		has_handlers = true;
	}
	py.Py_AtExit(after_finalization);
	set_stage(STAGE_WATCHING);
	return ok;
}
