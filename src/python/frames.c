#include "config.h"

#include "python/frames.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

#include "common/glibconly.h"
#include "common/oldsymbol.h"
#include "python/objects.h"
#include "python/peek.h"

OLD_SYMBOL_233(dladdr1);

static const struct frame_layout *row;

const struct frame_layout *
frames_layout(void)
{
	return row;
}

/* What the interpreter itself says of its frames, where it does (3.13+). */
static bool
debug_offsets_agree(void)
{
	const struct frame_layout *l = &layout->frame;
	const struct layout_debug *at = &layout->debug;
	const uint64_t *d = py._PyRuntime;

	if (!d || memcmp(d, "xdebugpy", 8))
		return false;
	return d[at->frame_previous] == l->back &&
	       d[at->frame_executable] == l->code &&
	       d[at->frame_instruction] == l->instruction &&
	       d[at->frame_locals] == layout->iframe_locals &&
	       d[at->frame_owner] == l->owner;
}

const char *
frames_find(void)
{
	row = NULL;
	if (!layout->version)
		return "no layout of frames is known for this version";
	if (layout->debug.frame_previous && !debug_offsets_agree())
		return "frames are not laid out as in the known releases";
	row = &layout->frame;
	return NULL;
}

const char *
frames_verify(void)
{
	const char *why = NULL;
	char *tstate = frames_tstate();
	uintptr_t frame;
	int depth;

	if (!row || !tstate)
		return NULL;
	frame = peek_word((uintptr_t)tstate + row->tstate_frame, 1);
	if (row->cframe_frame >= 0 && frame)
		frame = peek_word(frame + (uintptr_t)row->cframe_frame, 1);
	for (depth = 0; frame && !why && depth < 10000; depth++) {
		uintptr_t code =
			peek_word(frame + row->code, 0) & ~(uintptr_t)3;
		uint8_t owner = 0;

		if (row->has_shims && !peek(&owner, frame + row->owner, 1))
			owner = 255;
		if (owner < 3 &&
		    peek_word(code + OB_TYPE, 0) != (uintptr_t)py.PyCode_Type)
			why = "a frame without a code object was met";
		frame = peek_word(frame + row->back, 1);
		if (frame == 1)
			why = "the chain of frames cannot be read";
	}
	if (why)
		row = NULL;
	return why;
}

/* 3.11: each call of the loop has a _PyCFrame, which knows its top frame. */
static size_t
runs_by_cframe(const struct frame_layout *l, const char *tstate,
	       struct frames_run *out, size_t n_max)
{
	const char *cframe = *(char *const *)(tstate + l->tstate_frame);
	size_t n = 0;

	for (; cframe && n < n_max; n++) {
		const char *outer = *(char *const *)(cframe + l->cframe_back);
		void *f = *(void *const *)(cframe + l->cframe_frame);
		void *end = outer ? *(void *const *)(outer + l->cframe_frame) :
				    NULL;

		out[n] = (struct frames_run){(uintptr_t)cframe, 0};
		for (; f && f != end; f = frames_next(l, f))
			out[n].n++;
		cframe = outer;
	}
	return n;
}

size_t
frames_runs(const struct frame_layout *l, struct frames_run *out, size_t n_max)
{
	const char *tstate = frames_tstate();
	unsigned here = 0;
	size_t n = 0;
	void *f;

	if (!tstate)
		return 0;
	if (l->cframe_back)
		return runs_by_cframe(l, tstate, out, n_max);
	for (f = frames_first(l, (void *)tstate); f && n < n_max;
	     f = frames_next(l, f)) {
		if (!l->has_shims) {
			out[n++] = (struct frames_run){0, 1};
		} else if (frames_is_shim(l, f)) {
			out[n++] = (struct frames_run){(uintptr_t)f, here};
			here = 0;
		} else {
			here++;
		}
	}
	return n;
}

bool
frames_loop_is_split(uintptr_t ip)
{
	enum { WHOLE_LOOP_BYTES = 16384 };
	uintptr_t loop = (uintptr_t)py._PyEval_EvalFrameDefault;
	const ElfW(Sym) *symbol = NULL;
	Dl_info info;

	if (!layout->frame.may_split_loop)
		return false;
	if (!loop ||
	    !dladdr1((void *)loop, &info, (void **)&symbol, RTLD_DL_SYMENT) ||
	    !symbol)
		return true;
	return symbol->st_size < WHOLE_LOOP_BYTES &&
	       ip - loop <= symbol->st_size;
}

bool
frames_loop(const struct frame_layout *l, uintptr_t *from, uintptr_t *to)
{
	void *loop = py._PyEval_EvalFrameDefault ? py._PyEval_EvalFrameDefault :
						   py.PyEval_EvalFrameEx;
	const ElfW(Sym) *symbol = NULL;
	Dl_info info;

	if (l->has_shims || l->cframe_back || !loop ||
	    !dladdr1(loop, &info, (void **)&symbol, RTLD_DL_SYMENT) ||
	    !symbol || info.dli_saddr != loop)
		return false;
	*from = (uintptr_t)loop;
	*to = *from + symbol->st_size;
	return true;
}
