#include "config.h"

#include "python/interpreters.h"

#include "python/api.h"
#include "python/layout.h"

/* The interpreter that `first' was found in: the one whose span holds it. */
static void *
owner_of(const struct gclists *first)
{
	void *i, *owner = NULL;

	for (i = py.PyInterpreterState_Head(); i;
	     i = py.PyInterpreterState_Next(i))
		if ((uintptr_t)i < first->heads[0] &&
		    first->heads[0] - (uintptr_t)i < 1 << 20 &&
		    (!owner || i > owner))
			owner = i;
	return owner;
}

size_t
interpreters_lists(const struct gclists *first, struct gclists *out,
		   size_t n_max)
{
	void *owner, *i;
	size_t n = 0;

	if (!n_max)
		return 0;
	out[n++] = *first;
	/* Up to 3.8 one set of lists serves all of them. */
	if (!layout->has_gc_of_interpreter || !py.PyInterpreterState_Head ||
	    !py.PyInterpreterState_Next)
		return n;
	owner = owner_of(first);
	for (i = py.PyInterpreterState_Head(); owner && i && n < n_max;
	     i = py.PyInterpreterState_Next(i))
		if (i != owner &&
		    gclists_of_interpreter(first, owner, i, &out[n]))
			n++;
	return n;
}

size_t
interpreters_number(void)
{
	size_t n = 0;
	void *i;

	if (!layout->has_gc_of_interpreter || !py.PyInterpreterState_Head ||
	    !py.PyInterpreterState_Next)
		return 1;
	for (i = py.PyInterpreterState_Head(); i;
	     i = py.PyInterpreterState_Next(i))
		n++;
	return n ? n : 1;
}

bool
interpreters_share_gil(void)
{
	void *first;

	if (!layout->has_gil_of_interpreter)
		return true;
	if (python.is_free_threaded || !py.PyInterpreterState_Head ||
	    !py.PyInterpreterState_Next)
		return false;
	first = py.PyInterpreterState_Head();
	return first && !py.PyInterpreterState_Next(first);
}

bool
interpreters_visit_threads(void (*each)(void *tstate, void *ctx), void *ctx)
{
	void *interpreter, *tstate;

	if (!py.PyInterpreterState_Head || !py.PyInterpreterState_ThreadHead ||
	    !py.PyThreadState_Next)
		return false;
	for (interpreter = py.PyInterpreterState_Head(); interpreter;
	     interpreter = py.PyInterpreterState_Next(interpreter))
		for (tstate = py.PyInterpreterState_ThreadHead(interpreter);
		     tstate; tstate = py.PyThreadState_Next(tstate))
			each(tstate, ctx);
	return true;
}

static void
count_thread(void *tstate, void *n)
{
	(void)tstate;
	++*(size_t *)n;
}

size_t
interpreters_threads(void)
{
	size_t n = 0;

	return interpreters_visit_threads(count_thread, &n) ? n : 1;
}
