#include "config.h"

#include "shim/record/reftracer.h"

#include <stddef.h>

#include "python/api.h"
#include "python/objects.h"
#include "shim/base/fault.h"
#include "shim/record/capture.h"
#include "shim/record/layer.h"
#include "shim/record/sidetable.h"

/*
 * PyRefTracerEvent (Include/cpython/object.h).  The third one, from 3.15 on,
 * has no object: another tracer takes the slot, and may well put ours back.
 */
enum { EVENT_CREATE, EVENT_DESTROY, EVENT_REPLACED };

static int (*previous)(void *o, int event, void *data);
static void *previous_data;
static bool is_installed;
static bool was_lost; /* for a while another tool had the slot, or none */

static void
lose(void)
{
	if (!was_lost)
		fault_count(FAULT_TRACER_TAKEN);
	was_lost = true;
}

static void
call_previous(void *o, int event)
{
	/*
	 * We were detached and attached again while another tool was on top of
	 * us, which calls us: each of us has the other as its previous one.
	 */
	static __thread bool is_called
		__attribute__((tls_model("initial-exec")));

	if (is_called)
		return;
	is_called = true;
	previous(o, event, previous_data);
	is_called = false;
}

static int
trace(void *o, int event, void *data)
{
	void *block, *last;
	stack_id stack;

	(void)data;
	if (event == EVENT_REPLACED && is_installed)
		lose();
	if (!o || (event != EVENT_CREATE && event != EVENT_DESTROY))
		return 0;
	if (previous)
		call_previous(o, event);
	block = (void *)object_block(o);
	if (event == EVENT_DESTROY) {
		/* If it is freed, the block will be forgotten in a moment. */
		sidetable_flag(block, BLOCK_IS_DEAD);
		return 0;
	}
	last = layer_take_last();
	if (last != block) {
		stack = capture_all();
		sidetable_restack(block, stack,
				  BLOCK_IS_OBJECT | capture_flags());
	}
	return 0;
}

bool
reftracer_install(void)
{
	void *data = NULL, *now;

	if (!py.PyRefTracer_SetTracer || !py.PyRefTracer_GetTracer)
		return false;
	now = py.PyRefTracer_GetTracer(&data);
	if (now == (void *)trace)
		return true;
	*(void **)&previous = now;
	previous_data = now ? data : NULL;
	if (py.PyRefTracer_SetTracer(trace, NULL) != 0) {
		fault_count(FAULT_TRACER_TAKEN);
		return false;
	}
	is_installed = true;
	return true;
}

void
reftracer_keep(void)
{
	void *data = NULL, *now;

	if (!is_installed)
		return;
	now = py.PyRefTracer_GetTracer(&data);
	if (now == (void *)trace)
		return;
	lose();
	/* tracemalloc.stop() leaves an empty slot. */
	if (!now)
		reftracer_install();
}

bool
reftracer_is_exact(void)
{
	reftracer_keep();
	return is_installed && !was_lost;
}

void
reftracer_remove(void)
{
	void *data = NULL;

	is_installed = false;
	if (py.PyRefTracer_GetTracer &&
	    py.PyRefTracer_GetTracer(&data) == (void *)trace)
		py.PyRefTracer_SetTracer(previous, previous_data);
}
