/*
 * frames.h - the running frames of a thread
 *
 * Read where the interpreter keeps them, in the allocator's hook, without the
 * C API: PyFrameObjects linked by f_back up to 3.10, _PyInterpreterFrames from
 * 3.11 on.  frames_verify() proves the layout on the running interpreter.
 *
 * Contract of every function here:
 *   side       shim, the GIL held
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_FRAMES_H
#define LEAKSHIM_PYTHON_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "python/api.h"
#include "python/layout.h"

/* That of the row in use; NULL when frames cannot be read. */
const struct frame_layout *frames_layout(void);

/* Take that of the row; on 3.13+ compare it with what the interpreter says. */
const char *frames_find(void);

/*
 * Walk the calling thread's frames and see that each has a code object.  NULL
 * when they do (or there are none yet), or what is wrong.
 */
const char *frames_verify(void);

/* The thread state that runs, NULL when no thread holds the GIL. */
static inline void *
frames_tstate(void)
{
	if (py.PyThreadState_GetUnchecked)
		return py.PyThreadState_GetUnchecked();
	if (py._PyThreadState_UncheckedGet)
		return py._PyThreadState_UncheckedGet();
	return py._PyThreadState_Current ? *(void **)py._PyThreadState_Current :
					   NULL;
}

/* The innermost frame; may be an entry of the interpreter (has_shims). */
static inline void *
frames_first(const struct frame_layout *l, void *tstate)
{
	void *p = *(void **)((char *)tstate + l->tstate_frame);

	if (l->cframe_frame >= 0 && p)
		p = *(void **)((char *)p + l->cframe_frame);
	return p;
}

static inline void *
frames_next(const struct frame_layout *l, const void *frame)
{
	return *(void *const *)((const char *)frame + l->back);
}

/* Is it an entry of the interpreter, which has no code of its own? */
static inline bool
frames_is_shim(const struct frame_layout *l, const void *frame)
{
	return l->has_shims && ((const uint8_t *)frame)[l->owner] >= 3;
}

static inline void *
frames_code(const struct frame_layout *l, const void *frame)
{
	return (void *)(*(const uintptr_t *)((const char *)frame + l->code) &
			~(uintptr_t)3);
}

/* What changes when the frame goes on: f_lasti, or the instruction pointer. */
static inline uintptr_t
frames_place(const struct frame_layout *l, const void *frame)
{
	const char *p = (const char *)frame + l->instruction;

	return l->has_lasti ? (uintptr_t)(uint32_t) * (const int *)p :
			      *(const uintptr_t *)p;
}

/* That place as an offset into the bytecode, in bytes. */
static inline int
frames_offset(const struct frame_layout *l, const void *code, uintptr_t place)
{
	if (l->has_lasti)
		return (int)place * (l->lasti_is_units ? 2 : 1);
	return (int)(place - ((uintptr_t)code + l->code_bytecode));
}

/* The Python frames that one call of the interpreter's loop runs. */
struct frames_run {
	uintptr_t
		marker; /* an address in that call's stack frame; 0: unknown */
	unsigned n;     /* how many frames */
};

/*
 * The runs of the calling thread, innermost first, at most n_max; returns how
 * many there are.  From 3.11 on a run begins with a local variable of the loop
 * (_PyCFrame in 3.11; the entry frame in 3.12+: Python/ceval.c); before, every
 * Python frame is a call of its own.
 */
size_t frames_runs(const struct frame_layout *l, struct frames_run *out,
		   size_t n_max);

/*
 * Where the code of the interpreter's loop lies, when every Python frame is a
 * call of it (up to 3.10); false: not known, or not so.
 */
bool frames_loop(const struct frame_layout *l, uintptr_t *from, uintptr_t *to);

/*
 * From 3.11 on: may ip, in the C frame of a call of the loop, be where that
 * calls the functions of single instructions (tail calls, 3.14+:
 * Python/ceval_macros.h, Py_TAIL_CALL_INTERP), so that their variables are not
 * in its own frame?
 */
bool frames_loop_is_split(uintptr_t ip);

#endif /* LEAKSHIM_PYTHON_FRAMES_H */
