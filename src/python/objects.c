#include "config.h"

#include "python/objects.h"

int64_t
object_refcount(const void *o)
{
	if (layout->has_short_refcount)
		return *(const uint32_t *)o;
	return *(const int64_t *)o;
}

bool
object_is_immortal(const void *o)
{
	/* Include/refcount.h: the sign bit of the low half is set forever. */
	return layout->has_immortals && *(const int32_t *)o < 0;
}

bool
object_is_gc(const void *o)
{
	unsigned long flags = type_flags(object_type(o));

	/* tp_is_gc of `type': what is not on the heap has no header. */
	return flags & FLAG_HAVE_GC &&
	       (!(flags & FLAG_TYPE) || type_flags(o) & FLAG_HEAPTYPE);
}

bool
object_is_finalized(const void *o)
{
	uintptr_t head = head_of_object(o);

	if (!layout->has_finalize_slot)
		return false;
	/* 3.4-3.7: bit 0 of gc_refs; from 3.8 bit 0 of _gc_prev. */
	return object_word((void *)head, layout->gc_prev_has_flags ? 8 : 16) &
	       1;
}

/*
 * Words that stand before the header (_PyType_PreHeaderSize): dict and values
 * in 3.11, dict and weak references from 3.12 on.
 */
size_t
object_pre_header(unsigned long flags)
{
	if (layout->values == LAYOUT_VALUES_NONE)
		return 0;
	if (layout->values == LAYOUT_VALUES_POINTER)
		return flags & 1 << 4 ? 16 : 0;
	return flags & (1 << 3 | 1 << 4) ? 16 : 0;
}

uintptr_t
object_block(const void *o)
{
	unsigned long flags = type_flags(object_type(o));

	/* As PyType_GenericAlloc() does.  A new type has no flags yet. */
	if (!(flags & FLAG_HAVE_GC))
		return (uintptr_t)o;
	return head_of_object(o) - object_pre_header(flags);
}

bool
object_is_generator(const void *o)
{
	const void *type = object_type(o);

	return type == py.PyGen_Type || type == py.PyCoro_Type ||
	       type == py.PyAsyncGen_Type;
}

void *
object_frame_code(const void *frame)
{
	/* Tagged from 3.14 on. */
	void *code = (void *)(object_word(frame, layout->frame.code) &
			      ~(uintptr_t)3);

	return code && object_type(code) == py.PyCode_Type ? code : NULL;
}

bool
type_is_subtype(const void *type, const void *t)
{
	int depth;

	for (depth = 0; type && depth < 200; depth++) {
		if (type == t)
			return true;
		type = object_pointer(type, TP_BASE);
	}
	return false;
}

/* Offsets inside a generator that has_borrowed_stack needs. */
struct suspended {
	uint64_t frame_state; /* gi_frame_state in the generator: one byte */
	uint64_t frame;       /* gi_iframe */
	uint64_t locals;      /* localsplus in the frame */
	uint64_t stack_pointer;
	int8_t cleared; /* FRAME_CLEARED: from here on there is no stack */
	bool is_known;
};

static struct suspended
suspended_layout(void)
{
	const struct layout_debug *at = &layout->debug;
	const uint64_t *d = py._PyRuntime;
	struct suspended s = {0};

	if (!layout->has_borrowed_stack || !d)
		return s;
	s.locals = d[at->frame_locals];
	s.stack_pointer = d[at->frame_stack_pointer];
	s.frame = d[at->generator_frame];
	s.frame_state = d[at->generator_state];
	s.cleared = layout->frame_cleared;
	s.is_known = s.locals == layout->iframe_locals &&
		     s.frame == layout->generator_frame;
	return s;
}

struct without_borrowed {
	visit_fn visit;
	void *ctx;
	uintptr_t *slots, *top; /* the live part of the frame's stack */
};

/* How many of the generator's stack slots only borrow `referent'? */
static size_t
borrowed_slots(const struct without_borrowed *w, const void *referent)
{
	uintptr_t *slot;
	size_t n = 0;

	for (slot = w->slots; slot < w->top; slot++)
		if ((*slot & 3) == 1 &&
		    (*slot & ~(uintptr_t)3) == (uintptr_t)referent)
			n++;
	return n;
}

static int
count_visits(void *referent, void *ctx)
{
	void **wanted = ctx;

	if (referent == wanted[0])
		wanted[1] = (void *)((uintptr_t)wanted[1] + 1);
	return 0;
}

/*
 * tp_traverse visits a borrowed slot as if it were counted.  Let through as
 * many visits of a referent as are real: all of them less the borrowed ones.
 */
static int
visit_unless_borrowed(void *referent, void *ctx)
{
	struct without_borrowed *w = ctx;
	uintptr_t *slot;

	for (slot = w->slots; slot < w->top; slot++) {
		if ((*slot & 3) == 1 &&
		    (*slot & ~(uintptr_t)3) == (uintptr_t)referent)
			break;
	}
	return slot < w->top ? 0 : w->visit(referent, w->ctx);
}

/* The visits that visit_unless_borrowed() held back although they count. */
static int
visit_held_back(void *o, struct without_borrowed *w,
		int (*traverse)(void *, visit_fn, void *))
{
	uintptr_t *slot, *before;

	for (slot = w->slots; slot < w->top; slot++) {
		void *wanted[2] = {(void *)(*slot & ~(uintptr_t)3), NULL};
		size_t n;

		if ((*slot & 3) != 1 || !wanted[0])
			continue;
		for (before = w->slots; before < slot; before++)
			if (*before == *slot)
				break;
		if (before < slot)
			continue; /* this referent is done */
		traverse(o, count_visits, wanted);
		n = (size_t)wanted[1];
		n -= n < borrowed_slots(w, wanted[0]) ?
			     n :
			     borrowed_slots(w, wanted[0]);
		while (n--) {
			int r = w->visit(wanted[0], w->ctx);

			if (r)
				return r;
		}
	}
	return 0;
}

int
object_traverse(void *o, visit_fn visit, void *ctx)
{
	int (*traverse)(void *, visit_fn, void *);
	static struct suspended s;
	static bool is_asked;
	struct without_borrowed w = {visit, ctx, NULL, NULL};
	int r;

	traverse = (int (*)(void *, visit_fn, void *))object_word(
		object_type(o), TP_TRAVERSE);
	if (!traverse)
		return 0;
	if (!layout->has_borrowed_stack || !object_is_generator(o))
		return traverse(o, visit, ctx);
	if (!is_asked) {
		s = suspended_layout();
		is_asked = true;
	}
	if (!s.is_known || *((int8_t *)o + s.frame_state) >= s.cleared)
		return traverse(o, visit, ctx);
	w.slots = (uintptr_t *)((char *)o + s.frame + s.locals);
	w.top = object_pointer((char *)o + s.frame, s.stack_pointer);
	if (w.top < w.slots || w.top > w.slots + 100000)
		return traverse(o, visit, ctx);
	r = traverse(o, visit_unless_borrowed, &w);
	return r ? r : visit_held_back(o, &w, traverse);
}
