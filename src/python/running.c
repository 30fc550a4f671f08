#include "config.h"

#include "python/running.h"

#include <stddef.h>
#include <string.h>

#include "common/arena.h"
#include "python/api.h"
#include "python/code.h"
#include "python/frames.h"
#include "python/interpreters.h"
#include "python/pytext.h"

enum { MOST_FRAMES = 1 << 16, NAME_BYTES = 512 };

struct visit {
	const struct frame_layout *layout;
	void (*each)(void *frame, void *ctx);
	void *ctx;
};

static void
visit_thread(void *tstate, void *visit)
{
	const struct visit *v = visit;
	void *f = frames_first(v->layout, tstate);
	size_t n;

	for (n = 0; f && n < MOST_FRAMES; n++, f = frames_next(v->layout, f))
		if (!frames_is_shim(v->layout, f))
			v->each(f, v->ctx);
}

void
running_visit(void (*each)(void *frame, void *ctx), void *ctx)
{
	struct visit v = {frames_layout(), each, ctx};

	if (v.layout)
		interpreters_visit_threads(visit_thread, &v);
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
