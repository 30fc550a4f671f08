#include "config.h"

#include "python/gil.h"

#include "python/api.h"
#include "python/frames.h"
#include "python/interpreters.h"
#include "python/peek.h"

static bool
is_mine(const char *tstate)
{
	return *(const long *)(const void *)(tstate +
					     layout->tstate_thread_id) ==
	       py.PyThread_get_thread_ident();
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
	return tstate && is_mine(tstate);
}

/* Where a thread state has its thread's id; 0: not found. */
static size_t thread_id_at;

static uintptr_t
own_id(void)
{
	return (uintptr_t)py.PyThread_get_thread_ident();
}

void
gil_learn(void)
{
	enum { MOST_WORDS = 64 };
	uintptr_t state = (uintptr_t)frames_tstate();
	size_t at;

	/* The only word that can be the address of a thread's descriptor. */
	thread_id_at = 0;
	for (at = 8; at < MOST_WORDS * 8 && !thread_id_at; at += 8)
		if (peek_word(state + at, 0) == own_id())
			thread_id_at = at;
}

bool
gil_is_of_this_thread(const void *tstate)
{
	if (layout->has_state_of_thread)
		return true;
	return thread_id_at &&
	       *(const uintptr_t *)(const void *)((const char *)tstate +
						  thread_id_at) == own_id();
}

enum gil_state
gil_look(void)
{
	uintptr_t state;

	if (!py.Py_IsInitialized || !py.Py_IsInitialized())
		return GIL_NOT_HELD;
	state = (uintptr_t)frames_tstate();
	if (!state)
		return GIL_NOT_HELD;
	if (layout->has_state_of_thread)
		return GIL_HELD;
	if (!thread_id_at)
		return GIL_UNKNOWN;
	/* It may be another thread's, which ends at this moment. */
	return peek_word(state + thread_id_at, 0) == own_id() ? GIL_HELD :
								GIL_NOT_HELD;
}

bool
gil_can_make_state(void)
{
	return !layout->has_one_first_state || interpreters_threads();
}

bool
gil_can_take(void)
{
	return py.PyGILState_Ensure && py.PyGILState_Release &&
	       gil_can_make_state();
}

static void
look_whose(void *tstate, void *is_anothers)
{
	if (!thread_id_at ||
	    peek_word((uintptr_t)tstate + thread_id_at, 0) != own_id())
		*(bool *)is_anothers = true;
}

bool
gil_is_free(void)
{
	bool is_anothers = false;

	return interpreters_visit_threads(look_whose, &is_anothers) &&
	       !is_anothers;
}

int
gil_take(void)
{
	return py.PyGILState_Ensure();
}

void
gil_give_back(int state)
{
	py.PyGILState_Release(state);
}

void *
gil_let_go(void)
{
	return py.PyEval_SaveThread && py.PyEval_RestoreThread ?
		       py.PyEval_SaveThread() :
		       NULL;
}

void
gil_take_again(void *state)
{
	if (state)
		py.PyEval_RestoreThread(state);
}

void
gil_offer(void)
{
	if (layout->drop_gil_may_hang && py.PyEval_SaveThread &&
	    py.PyEval_RestoreThread)
		py.PyEval_RestoreThread(py.PyEval_SaveThread());
}

bool
gil_is_at_rest(void)
{
	void *first;

	if (!py.Py_IsInitialized || !py.Py_IsInitialized() || is_finalizing() ||
	    !py.PyInterpreterState_Head || !py.PyInterpreterState_Next)
		return false;
	first = py.PyInterpreterState_Head();
	return first && !py.PyInterpreterState_Next(first) && !frames_tstate();
}

const void *
gil_interpreter(void)
{
	const struct frame_layout *l = frames_layout();
	const char *tstate = frames_tstate();

	return l && tstate ? *(void *const *)(const void *)(tstate +
							    l->tstate_interp) :
			     NULL;
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
