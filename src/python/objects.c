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
	/* Include/refcount.h: the sign bit of the low half is set for ever. */
	return layout->has_immortals && *(const int32_t *)o < 0;
}

bool
object_is_gc(const void *o)
{
	const void *type = object_type(o);
	int (*is_gc)(const void *);

	if (!(type_flags(type) & FLAG_HAVE_GC))
		return false;
	is_gc = (int (*)(const void *))object_word(type, TP_IS_GC);
	return !is_gc || is_gc(o);
}

bool
object_is_finalized(const void *o)
{
	uintptr_t head = head_of_object(o);

	if (python.version < 0x0300)
		return false;
	/* 3.4-3.7: bit 0 of gc_refs; from 3.8 bit 0 of _gc_prev. */
	return object_word((void *)head, layout->gc_prev_has_flags ? 8 : 16) &
	       1;
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

/* ---- sizes ---- */

static int64_t
usable_of(int64_t size)
{
	return size * 2 / 3;
}

static int64_t
keys_bytes_by_size(const void *keys, int64_t size)
{
	int64_t index = size <= 0xff ? 1 : size <= 0xffff ? 2 :
			size <= 0xffffffff ? 4 : 8;

	(void)keys;
	return 40 + index * size + 24 * usable_of(size);
}

/* Objects/dictobject.c, _PyDict_SizeOf() of each line of versions. */
static int64_t
dict_bytes_extra(const void *o)
{
	const uint8_t *keys;
	int64_t size, n = 0;

	if (layout->dict == LAYOUT_DICT_TABLE) {
		/* ma_smalltable stands in the object, behind ma_lookup. */
		if (object_word(o, 40) == (uintptr_t)o + 56)
			return 0;
		return ((int64_t)object_word(o, 32) + 1) * 24;
	}
	keys = object_pointer(o, 32);
	if (layout->dict == LAYOUT_DICT_SIZE) {
		size = (int64_t)object_word(keys, 8);
		if (object_word(o, 40))
			n += usable_of(size) * 8;
		if (object_word(keys, 0) == 1)
			n += keys_bytes_by_size(keys, size);
		return n;
	}
	size = (int64_t)1 << keys[8];
	if (object_word(o, 40))
		n += usable_of(size) * 8;
	if (object_word(keys, 0) == 1)
		n += 32 + ((int64_t)1 << keys[9]) +
		     usable_of(size) * (keys[10] ? 16 : 24);
	return n;
}

static int64_t
set_bytes_extra(const void *o)
{
	if (object_word(o, SET_TABLE) == (uintptr_t)o + layout->set_smalltable)
		return 0;
	return ((int64_t)object_word(o, SET_MASK) + 1) * 16;
}

/*
 * Words that stand before the header (_PyType_PreHeaderSize): dict and values
 * in 3.11, dict and weak references from 3.12 on.
 */
static size_t
pre_header_bytes(unsigned long flags)
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
	if (!object_is_gc(o))
		return (uintptr_t)o;
	return head_of_object(o) -
	       pre_header_bytes(type_flags(object_type(o)));
}

int64_t
object_bytes(const void *o)
{
	const void *type = object_type(o);
	unsigned long flags = type_flags(type);
	int64_t n = (int64_t)object_word(type, TP_BASICSIZE);
	int64_t item = (int64_t)object_word(type, TP_ITEMSIZE);

	if (item) {
		int64_t items = (int64_t)object_word(o, OB_SIZE);

		n += (items < 0 ? -items : items) * item;
	}
	if (flags & FLAG_LIST)
		n += (int64_t)object_word(o, LIST_ALLOCATED) * 8;
	else if (flags & FLAG_DICT)
		n += dict_bytes_extra(o);
	else if (type_is_subtype(type, py.PySet_Type) ||
		 type_is_subtype(type, py.PyFrozenSet_Type))
		n += set_bytes_extra(o);
	else if (flags & FLAG_TYPE && type_flags(o) & FLAG_HEAPTYPE)
		n = layout->heap_type_bytes;
	if (object_is_gc(o))
		n += layout->gc_head_bytes;
	/* sys.getsizeof() counts the pre-header from 3.12 on, not in 3.11. */
	if (layout->values != LAYOUT_VALUES_POINTER)
		n += (int64_t)pre_header_bytes(flags);
	return n;
}

/* ---- edges ---- */

/* Offsets inside a generator that has_borrowed_stack needs. */
struct suspended {
	uint64_t frame_state; /* gi_frame_state in the generator: one byte */
	uint64_t frame;       /* gi_iframe */
	uint64_t locals;      /* localsplus in the frame */
	uint64_t stack_pointer;
	int8_t cleared; /* FRAME_CLEARED: from here on there is no stack */
	bool is_known;
};

/*
 * Word indices into _Py_DebugOffsets (Include/internal/pycore_debug_offsets.h)
 * and FRAME_CLEARED (pycore_frame.h) of 3.14.10 and 3.15.2.
 */
static struct suspended
suspended_layout(void)
{
	const uint64_t *d = py._PyRuntime;
	struct suspended s = {0};

	if (!layout->has_borrowed_stack || !d)
		return s;
	s.is_known = true;
	if (python.version == 0x030e) {
		s.locals = d[35];
		s.stack_pointer = d[37];
		s.frame = d[85];
		s.frame_state = d[86];
		s.cleared = 4;
	} else {
		s.locals = d[43];
		s.stack_pointer = d[45];
		s.frame = d[101];
		s.frame_state = d[102];
		s.cleared = 5;
	}
	return s;
}

struct without_borrowed {
	visit_fn visit;
	void *ctx;
	uintptr_t *slots, *top; /* the live part of the frame's stack */
};

static bool
has_suspended_frame(const void *o)
{
	const void *type = object_type(o);

	return type == py.PyGen_Type || type == py.PyCoro_Type ||
	       type == py.PyAsyncGen_Type;
}

/* How many of the generator's stack slots only borrow `referent'? */
static size_t
borrowed_slots(const struct without_borrowed *w, const void *referent)
{
	uintptr_t *slot;
	size_t n = 0;

	for (slot = w->slots; slot < w->top; slot++)
		if ((*slot & 3) == 1 && (*slot & ~(uintptr_t)3) ==
						(uintptr_t)referent)
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
	if (!layout->has_borrowed_stack || !has_suspended_frame(o))
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
