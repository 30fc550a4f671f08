#include "config.h"

#include "shim/record/hooks.h"

#include "common/options.h"
#include "python/api.h"
#include "python/freelists.h"
#include "shim/base/fault.h"
#include "shim/base/interpose.h"
#include "shim/record/capture.h"
#include "shim/record/cblocks.h"
#include "shim/record/layer.h"
#include "shim/record/nativestack.h"
#include "shim/record/nofreelists.h"
#include "shim/record/programstart.h"
#include "shim/record/recycle.h"
#include "shim/record/reftracer.h"
#include "shim/record/sidetable.h"
#include "shim/record/stacks.h"

static struct {
	bool has_layer;
	bool has_identity; /* deaths are seen */
	bool is_recording;
	bool is_interposed; /* 2.7 */
	bool has_wrappers, has_tracer;
} state;

static void
prepare(const struct options *o)
{
	sidetable_set_alignment(python_block_alignment());
	sidetable_init(o->max_table, layer_fall_back);
	layer_configure(o);
	state.is_recording = o->track != OPTIONS_TRACK_NONE;
	if (state.is_recording)
		capture_init(o->backtrace);
}

void
hooks_install_early(const struct options *o)
{
	prepare(o);
	if (!state.is_recording)
		return;
	if (py.PyMem_SetAllocator)
		state.has_layer = layer_install();
	else
		interpose_py27_record(true);
}

void
hooks_install(const struct options *o)
{
	if (!state.is_recording)
		return;
	if (py.PyMem_SetAllocator) {
		/* PYTHONMALLOC, -X dev and 3.6 have replaced it. */
		if (!layer_is_on_top())
			fault_count(FAULT_LATE_HOOKS);
		state.has_layer = layer_install();
	} else {
		interpose_py27_record(true);
		state.is_interposed = interpose_py27_is_called();
	}
	state.has_identity = state.has_layer || state.is_interposed;
	/*
	 * A program whose start cannot be seen has started: better than hiding
	 * its leaks.
	 */
	if (!capture_init(o->backtrace))
		programstart_pending = false;
	if (!state.has_identity)
		return;
	nativestack_init(o->native);
	cblocks_start();
	if (freelists_need_tracer())
		state.has_tracer = reftracer_install();
	else if (!state.is_interposed)
		state.has_wrappers = nofreelists_wrap();
}

void
hooks_attach(const struct options *o)
{
	programstart_pending = false; /* it has begun long ago */
	prepare(o);
	if (!state.is_recording || !py.PyMem_SetAllocator)
		return;
	state.has_identity = state.has_layer = layer_install();
	if (!state.has_identity)
		return;
	if (freelists_need_tracer())
		state.has_tracer = reftracer_install();
	else
		state.has_wrappers = nofreelists_wrap();
}

void
hooks_install_identity(void)
{
	if (state.has_identity)
		return;
	if (py.PyMem_SetAllocator) {
		layer_stop_recording();
		state.has_identity = state.has_layer = layer_install();
	}
	if (!state.has_identity)
		return;
	if (freelists_need_tracer())
		reftracer_install();
	else
		nofreelists_wrap();
}

bool
hooks_remove(void)
{
	bool ok;

	cblocks_stop();
	interpose_py27_record(false);
	nofreelists_unwrap();
	reftracer_remove();
	ok = layer_remove();
	state.is_recording = state.has_identity = state.has_layer = false;
	state.is_interposed = state.has_wrappers = state.has_tracer = false;
	sidetable_clear();
	capture_forget();
	recycle_forget();
	stacks_forget();
	return ok;
}

bool
hooks_see_objects(void)
{
	return state.is_recording && state.has_identity;
}

bool
hooks_see_containers(void)
{
	return state.is_interposed && interpose_py27_sees_containers();
}

bool
hooks_prove_identity(void)
{
	return state.has_identity;
}

bool
hooks_can_prove_identity(void)
{
	return state.has_identity || py.PyMem_SetAllocator;
}

bool
hooks_free_lists_exact(void)
{
	return state.has_wrappers || state.is_interposed ||
	       (state.has_tracer && reftracer_is_exact());
}

const char *
hooks_kind(void)
{
	return !state.is_recording ? "none (track=none)" :
	       state.is_interposed ? "interposed symbols" :
	       state.has_layer     ? "allocator layer" :
				     "none";
}

const char *
hooks_free_list_kind(void)
{
	return state.has_tracer    ? "reference tracer" :
	       state.has_wrappers  ? "type wrappers" :
	       state.is_interposed ? "interposed symbols" :
				     "none";
}

bool
hooks_can_trigger(void)
{
	return state.has_layer || state.is_interposed;
}
