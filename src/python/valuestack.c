/*
 * PyFrameObject (Include/frameobject.h 2.7 to 3.8, cpython/frameobject.h 3.9
 * and 3.10): f_stacktop is NULL while the frame runs and when it has ended,
 * which f_executing tells apart; in 3.10, f_stackdepth and f_state.
 */
#include "config.h"

#include "python/valuestack.h"

#include "python/locals.h"
#include "python/objects.h"

enum { FRAME_EXECUTING = 0 }; /* 3.10: f_state */

bool
valuestack_find(const void *frame, struct span *out)
{
	void *code = locals_code((void *)frame);
	size_t n, first;

	if (!code)
		return false;
	n = (size_t)object_int(code, layout->code_stack_size);
	first = layout->frame_locals ? layout->frame_locals :
				       layout->iframe_locals;
	out->start = (uintptr_t)frame + first + 8 * locals_count(code);
	out->end = out->start + 8 * n;
	return !layout->frame_locals ||
	       object_word(frame, layout->frame_stack) == out->start;
}

static bool
is_zero(const void *frame, size_t offset)
{
	return !((const char *)frame)[offset];
}

/* Up to 3.9; false: it is not known. */
static bool
find_top(const void *frame, const struct span *all, uintptr_t *top)
{
	*top = object_word(frame, layout->frame_top);
	if (*top)
		return true;
	*top = all->start;
	return layout->frame_executing &&
	       is_zero(frame, layout->frame_executing);
}

static bool
find_depth(const void *frame, const struct span *all, uintptr_t *top)
{
	int depth = object_int(frame, layout->frame_depth);

	*top = all->start + 8 * (uintptr_t)depth;
	return depth >= 0 &&
	       ((const char *)frame)[layout->frame_state] != FRAME_EXECUTING;
}

uintptr_t
valuestack_end(const void *frame, uintptr_t end)
{
	struct span all;
	uintptr_t top;

	if (!layout->frame_locals || !valuestack_find(frame, &all))
		return end;
	if (!(layout->frame_depth ? find_depth(frame, &all, &top) :
				    find_top(frame, &all, &top)))
		top = all.end;
	return top >= all.start && top <= all.end && top < end ? top : end;
}
