#include "config.h"

#include "python/gil.h"

#include "python/api.h"

/* PyThreadState.thread_id (Include/pystate.h, 2.7). */
enum { TSTATE_THREAD_ID_27 = 144 };

/* Python/pystate.c keeps the current thread state in the thread, 3.12+. */
enum { HAS_THREAD_LOCAL_TSTATE = 0x030c };

static bool
is_mine_27(const char *tstate)
{
	return *(const long *)(const void *)(tstate + TSTATE_THREAD_ID_27) ==
	       py.PyThread_get_thread_ident();
}

bool
gil_is_of_this_thread(const void *tstate)
{
	if (python.version >= HAS_THREAD_LOCAL_TSTATE)
		return true;
	if (py.PyGILState_Check)
		return py.PyGILState_Check() != 0;
	return is_mine_27(tstate);
}

bool
gil_is_held(void)
{
	const char *tstate;

	if (!py.Py_IsInitialized || !py.Py_IsInitialized())
		return false;
	if (py.PyGILState_Check)
		return py.PyGILState_Check() != 0;
	if (!py._PyThreadState_Current)
		return false;
	tstate = *(char **)py._PyThreadState_Current;
	return tstate && is_mine_27(tstate);
}

bool
is_finalizing(void)
{
	if (py.Py_IsFinalizing)
		return py.Py_IsFinalizing() != 0;
	if (py._Py_IsFinalizing)
		return py._Py_IsFinalizing() != 0;
	return py._Py_Finalizing && *(void **)py._Py_Finalizing;
}
