/*
 * The rows come from the headers of 2.7.18, 3.6.15 to 3.10.13, 3.11.2, 3.11.7,
 * 3.12.1, 3.13.0, 3.13.5, 3.14.10 and 3.15.2 (x86-64, GIL builds).
 */
#include "config.h"

#include "python/frames.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

#include "common/glibconly.h"
#include "python/objects.h"
#include "python/peek.h"

/* Older than glibc 2.34, where it moved; see api.c. */
#if defined __x86_64__
__asm__(".symver dladdr1,dladdr1@GLIBC_2.3.3");
#elif defined __aarch64__
__asm__(".symver dladdr1,dladdr1@GLIBC_2.17");
#endif

#define OBJECTS .cframe_frame = -1, .back = 24, .code = 32, .has_lasti = true
#define POINTERS .instruction = 56

static const struct frame_layout rows[] = {
	{OBJECTS, .version = 0x0207, .tstate_frame = 16, .tstate_interp = 8,
	 .instruction = 120, .code_flags = 28, .code_first_line = 96,
	 .code_filename = 80, .code_name = 88, .code_table = 104},
	{OBJECTS, .version = 0x0306, .tstate_frame = 24, .tstate_interp = 16,
	 .instruction = 120, .code_flags = 32, .code_first_line = 36,
	 .code_filename = 96, .code_name = 104, .code_table = 112},
	{OBJECTS, .version = 0x0307, .tstate_frame = 24, .tstate_interp = 16,
	 .instruction = 104, .code_flags = 32, .code_first_line = 36,
	 .code_filename = 96, .code_name = 104, .code_table = 112},
	{OBJECTS, .version = 0x0308, .tstate_frame = 24, .tstate_interp = 16,
	 .instruction = 104, .code_flags = 36, .code_first_line = 40,
	 .code_filename = 104, .code_name = 112, .code_table = 120},
	{OBJECTS, .version = 0x0309, .tstate_frame = 24, .tstate_interp = 16,
	 .instruction = 104, .code_flags = 36, .code_first_line = 40,
	 .code_filename = 104, .code_name = 112, .code_table = 120},
	{OBJECTS, .version = 0x030a, .tstate_frame = 24, .tstate_interp = 16,
	 .instruction = 96, .lasti_is_units = true, .code_flags = 36,
	 .code_first_line = 40, .code_filename = 104, .code_name = 112,
	 .code_table = 120},
	{POINTERS, .version = 0x030b, .tstate_frame = 56, .cframe_frame = 8,
	 .cframe_back = 16,
	 .tstate_interp = 16, .back = 48, .code = 32, .owner = 69,
	 .code_flags = 48, .code_first_line = 72, .code_filename = 112,
	 .code_name = 128, .code_table = 136, .code_bytecode = 184,
	 .code_first_traceable = 168},
	{POINTERS, .version = 0x030c, .tstate_frame = 56, .cframe_frame = 0,
	 .tstate_interp = 16, .back = 8, .code = 0, .owner = 70,
	 .has_shims = true, .code_flags = 48, .code_first_line = 68,
	 .code_filename = 112, .code_name = 128, .code_table = 136,
	 .code_bytecode = 192, .code_first_traceable = 176},
	{POINTERS, .version = 0x030d, .tstate_frame = 72, .cframe_frame = -1,
	 .tstate_interp = 16, .back = 8, .code = 0, .owner = 70,
	 .has_shims = true, .code_flags = 48, .code_first_line = 68,
	 .code_filename = 112, .code_name = 128, .code_table = 136,
	 .code_bytecode = 200, .code_first_traceable = 184},
	{POINTERS, .version = 0x030e, .tstate_frame = 72, .cframe_frame = -1,
	 .tstate_interp = 16, .back = 8, .code = 0, .owner = 74,
	 .has_shims = true, .code_flags = 48, .code_first_line = 68,
	 .code_filename = 112, .code_name = 128, .code_table = 136,
	 .code_bytecode = 208, .code_first_traceable = 192},
	{POINTERS, .version = 0x030f, .tstate_frame = 72, .cframe_frame = -1,
	 .tstate_interp = 16, .back = 8, .code = 0, .owner = 74,
	 .has_shims = true, .code_flags = 48, .code_first_line = 68,
	 .code_filename = 112, .code_name = 128, .code_table = 136,
	 .code_bytecode = 208, .code_first_traceable = 192},
};

static const struct frame_layout *row;

const struct frame_layout *
frames_layout(void)
{
	return row;
}

/* A small part of _Py_DebugOffsets, as word indices (3.13, 3.14, 3.15). */
static bool
debug_offsets_agree(const struct frame_layout *l)
{
	const uint64_t *d = py._PyRuntime;
	/* interpreter_frame: {size, previous, executable, instr_ptr,
	 * localsplus, owner}; localsplus is at 32, 35 and 43. */
	size_t at = l->version == 0x030d ? 32 : l->version == 0x030e ? 35 : 43;

	if (!d || memcmp(d, "xdebugpy", 8))
		return false;
	return d[at - 3] == l->back && d[at - 2] == l->code &&
	       d[at - 1] == l->instruction && d[at + 1] == l->owner;
}

const char *
frames_find(void)
{
	size_t i;

	row = NULL;
	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].version == python.version)
			row = &rows[i];
	if (!row)
		return "no layout of frames is known for this version";
	if (row->version >= 0x030d && !debug_offsets_agree(row)) {
		row = NULL;
		return "frames are not laid out as in the known releases";
	}
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
		uintptr_t code = peek_word(frame + row->code, 0) &
				 ~(uintptr_t)3;
		uint8_t owner = 0;

		if (row->has_shims && !peek(&owner, frame + row->owner, 1))
			owner = 255;
		if (owner < 3 && peek_word(code + OB_TYPE, 0) !=
					   (uintptr_t)py.PyCode_Type)
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
		void *end = outer ?
				    *(void *const *)(outer + l->cframe_frame) :
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
	enum { FIRST = 0x030e, WHOLE_LOOP_BYTES = 16384 };
	uintptr_t loop = (uintptr_t)py._PyEval_EvalFrameDefault;
	const ElfW(Sym) *symbol = NULL;
	Dl_info info;

	if (python.version < FIRST)
		return false;
	if (!loop || !dladdr1((void *)loop, &info, (void **)&symbol,
			      RTLD_DL_SYMENT) || !symbol)
		return true;
	return symbol->st_size < WHOLE_LOOP_BYTES &&
	       ip - loop <= symbol->st_size;
}

bool
frames_loop(const struct frame_layout *l, uintptr_t *from, uintptr_t *to)
{
	void *loop = py._PyEval_EvalFrameDefault ?
			     py._PyEval_EvalFrameDefault :
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
