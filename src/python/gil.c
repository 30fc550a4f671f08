#include "config.h"

#include "python/gil.h"

#include "python/api.h"

/* PyThreadState.thread_id (Include/pystate.h, 2.7). */
enum { TSTATE_THREAD_ID_27 = 144 };

bool
gil_is_held(void)
{
	char *tstate;

	if (!py.Py_IsInitialized || !py.Py_IsInitialized())
		return false;
	if (py.PyGILState_Check)
		return py.PyGILState_Check() != 0;
	if (!py._PyThreadState_Current)
		return false;
	tstate = *(char **)py._PyThreadState_Current;
	return tstate && *(long *)(void *)(tstate + TSTATE_THREAD_ID_27) ==
				 py.PyThread_get_thread_ident();
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
