#include "config.h"

#include "python/running.h"

#include <stddef.h>
#include <string.h>

#include "common/arena.h"
#include "python/api.h"
#include "python/code.h"
#include "python/frames.h"
#include "python/text.h"

enum { MOST_FRAMES = 1 << 16, NAME_BYTES = 512 };

static void
visit_thread(const struct frame_layout *l, void *tstate,
	     void (*each)(void *frame, void *ctx), void *ctx)
{
	void *f = frames_first(l, tstate);
	size_t n;

	for (n = 0; f && n < MOST_FRAMES; n++, f = frames_next(l, f))
		if (!frames_is_shim(l, f))
			each(f, ctx);
}

void
running_visit(void (*each)(void *frame, void *ctx), void *ctx)
{
	const struct frame_layout *l = frames_layout();
	void *interpreter, *tstate;

	if (!l || !py.PyInterpreterState_Head ||
	    !py.PyInterpreterState_ThreadHead || !py.PyThreadState_Next)
		return;
	for (interpreter = py.PyInterpreterState_Head(); interpreter;
	     interpreter = py.PyInterpreterState_Next(interpreter))
		for (tstate = py.PyInterpreterState_ThreadHead(interpreter);
		     tstate; tstate = py.PyThreadState_Next(tstate))
			visit_thread(l, tstate, each, ctx);
}

const char *
running_name(struct arena *a, void *frame)
{
	const struct frame_layout *l = frames_layout();
	char text[NAME_BYTES] = "frame ";
	const size_t n = strlen(text);
	struct code_info info;

	if (code_read(frames_code(l, frame), &info))
		pytext_copy(info.name, text + n, sizeof text - n);
	return arena_string(a, text);
}
