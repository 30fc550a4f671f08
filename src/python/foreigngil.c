#include "config.h"

#include "python/foreigngil.h"

#include <stddef.h>

#include "python/api.h"
#include "python/frames.h"
#include "python/gil.h"
#include "python/layout.h"

bool
foreigngil_has_rivals(void)
{
	void *first;

	/* With a GIL each, ours excludes no thread there. */
	if (!layout->has_gil_of_interpreter)
		return false;
	first = py.PyInterpreterState_Head ? py.PyInterpreterState_Head() :
					     NULL;
	return !first || !py.PyInterpreterState_Next ||
	       py.PyInterpreterState_Next(first);
}

/* The first one: new ones are added in front (Python/pystate.c). */
static void *
main_interpreter(void)
{
	void *i = py.PyInterpreterState_Head ? py.PyInterpreterState_Head() :
					       NULL;
	void *next;

	while (i && py.PyInterpreterState_Next &&
	       (next = py.PyInterpreterState_Next(i)))
		i = next;
	return i;
}

const char *
foreigngil_problem(void)
{
	if (!py.Py_IsInitialized || !py.Py_IsInitialized())
		return "its Python is not initialized: try again when it runs";
	if (is_finalizing())
		return "its Python is being finalized";
	if (!py.PyThreadState_New || !py.PyThreadState_Clear ||
	    !py.PyThreadState_DeleteCurrent || !py.PyEval_RestoreThread ||
	    !main_interpreter())
		return "its Python has no functions for thread states";
	if (!gil_can_make_state())
		return "its Python has no thread left, and can make none";
	if (!layout->makes_gil_at_start &&
	    (!py.PyEval_ThreadsInitialized || !py.PyEval_InitThreads ||
	     !py.PyEval_ReleaseLock || !py.PyThreadState_Swap ||
	     !py.PyGILState_GetThisThreadState))
		return "its Python has no functions to make a GIL";
	if (foreigngil_has_rivals())
		return "it has several interpreters, which may run at the "
		       "same time (3.12 and later)";
	return NULL;
}

bool
foreigngil_lacks_gil(void)
{
	return !layout->makes_gil_at_start && !py.PyEval_ThreadsInitialized();
}

static int
make_in_loop(void *unused)
{
	(void)unused;
	if (!foreigngil_problem())
		py.PyEval_InitThreads();
	return 0;
}

bool
foreigngil_ask_for_gil(void)
{
	return py.Py_AddPendingCall(make_in_loop, NULL) == 0;
}

void *
foreigngil_new_state(void)
{
	return py.PyThreadState_New(main_interpreter());
}

void
foreigngil_take(void *state)
{
	py.PyEval_RestoreThread(state);
}

void
foreigngil_give_back(void *state)
{
	py.PyThreadState_Clear(state);
	py.PyThreadState_DeleteCurrent();
}

/*
 * Between Py_BEGIN_ and Py_END_ALLOW_THREADS it has put its thread state aside:
 * the new GIL is taken with it and given back at once, since the end of that
 * section takes it.
 */
void
foreigngil_make_gil(void)
{
	void *current = frames_tstate(), *mine;

	if (foreigngil_problem() || !foreigngil_lacks_gil())
		return;
	mine = py.PyGILState_GetThisThreadState();
	if (!mine || (current && current != mine))
		return;
	if (!current)
		py.PyThreadState_Swap(mine);
	py.PyEval_InitThreads();
	if (!current) {
		py.PyThreadState_Swap(NULL);
		py.PyEval_ReleaseLock();
	}
}
