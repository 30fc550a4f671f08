#include "config.h"

#include "python/gclists.h"

#include "python/api.h"
#include "python/layout.h"
#include "python/peek.h"

/*
 * sizeof(struct gc_generation): 40 (2.7), 48 (3.6 and 3.7, 16-aligned), 24
 * (3.8 and later).  32 is a debug build's guess that costs nothing to try.
 */
static const size_t strides[] = {24, 40, 48, 32};

/* Low bits of _gc_next and, from 3.8, of _gc_prev are flags. */
static uintptr_t
next_of(uintptr_t head)
{
	return peek_word(head, 0) & ~(uintptr_t)3;
}

static uintptr_t
previous_of(uintptr_t head)
{
	uintptr_t mask =
		layout->gc_prev_has_flags ? ~(uintptr_t)3 : ~(uintptr_t)0;

	return peek_word(head + 8, 0) & mask;
}

/*
 * A ring: both neighbours point back.  Heads are 4-aligned only in late 3.13,
 * so alignment says nothing.
 */
static bool
is_ring(uintptr_t head)
{
	uintptr_t next = next_of(head), previous = previous_of(head);

	return next && previous && previous_of(next) == head &&
	       next_of(previous) == head;
}

static int
threshold_at(uintptr_t head)
{
	int v;

	return peek(&v, head + layout->gc_head_bytes, sizeof v) ? v : -1;
}

static bool
stride_fits(uintptr_t head0, size_t stride, const int *thresholds)
{
	int k;

	for (k = 0; k < GENERATIONS; k++) {
		uintptr_t head = head0 + (size_t)k * stride;

		if (!is_ring(head) || threshold_at(head) != thresholds[k])
			return false;
	}
	return true;
}

/* gc.get_threshold() as numbers; false with the error cleared. */
static bool
ask_thresholds(void *gc, int out[GENERATIONS])
{
	void *get = py.PyObject_GetAttrString(gc, "get_threshold");
	void *tuple = get ? py.PyObject_CallObject(get, NULL) : NULL;
	int k;

	for (k = 0; tuple && k < GENERATIONS; k++) {
		void *item = *(void **)((char *)tuple + layout->tuple_items +
					(size_t)k * 8);

		out[k] = (int)py.PyLong_AsLong(item);
	}
	if (!tuple)
		py.PyErr_Clear();
	if (get)
		py.Py_DecRef(get);
	if (tuple)
		py.Py_DecRef(tuple);
	return tuple;
}

/*
 * The permanent generation follows the three others, behind the pointer
 * generation0 where there is one (3.7 to 3.13 keep it there).
 */
static uintptr_t
find_permanent(uintptr_t head0, size_t stride)
{
	uintptr_t p = (head0 + GENERATIONS * stride + 7) & ~(uintptr_t)7;

	if (!layout->has_permanent_generation)
		return 0;
	if (peek_word(p, 0) == head0) {
		p += 8;
		if (stride == 48)
			p = (p + 15) & ~(uintptr_t)15;
	}
	return is_ring(p) ? p : 0;
}

static bool
fill(uintptr_t head0, const int *thresholds, struct gclists *out)
{
	size_t i;
	int k;

	for (i = 0; i < sizeof strides / sizeof *strides; i++) {
		if (!stride_fits(head0, strides[i], thresholds))
			continue;
		for (k = 0; k < GENERATIONS; k++) {
			out->heads[k] = head0 + (size_t)k * strides[i];
			out->thresholds[k] = thresholds[k];
		}
		out->heads[GENERATION_PERMANENT] =
			find_permanent(head0, strides[i]);
		return true;
	}
	return false;
}

const char *
gclists_discover(void *gc, struct gclists *out)
{
	int thresholds[GENERATIONS], steps;
	uintptr_t head;
	bool found = false;
	void *fresh;

	if (!ask_thresholds(gc, thresholds))
		return "gc.get_threshold() failed";
	fresh = py.PyList_New(0);
	if (!fresh) {
		py.PyErr_Clear();
		return "out of memory";
	}
	/*
	 * Its successor is the head, unless something is tracked out of order
	 * (a debug hook, say): a few more steps cost nothing.
	 */
	head = (uintptr_t)fresh - layout->gc_head_bytes;
	for (steps = 0; steps < 8 && head && !found; steps++) {
		head = next_of(head);
		found = head && fill(head, thresholds, out);
	}
	py.Py_DecRef(fresh);
	return found ? NULL : "the generation lists were not found";
}

bool
gclists_of_interpreter(const struct gclists *current, void *interpreter,
		       void *other, struct gclists *out)
{
	uintptr_t offset = current->heads[0] - (uintptr_t)interpreter;
	int k;

	/* Before 3.9 one set of lists serves all interpreters. */
	if (!layout->has_gc_of_interpreter || offset > 1 << 20)
		return false;
	for (k = 0; k < GENERATION_LISTS; k++) {
		uintptr_t head = current->heads[k];

		if (!head) {
			out->heads[k] = 0;
			continue;
		}
		head = head - (uintptr_t)interpreter + (uintptr_t)other;
		if (!is_ring(head))
			return false;
		out->heads[k] = head;
		if (k < GENERATIONS)
			out->thresholds[k] = threshold_at(head);
	}
	return true;
}

uintptr_t
gclists_next(uintptr_t head)
{
	return *(uintptr_t *)head & ~(uintptr_t)3;
}

void
gclists_thresholds(const struct gclists *lists, int out[GENERATIONS])
{
	int k;

	for (k = 0; k < GENERATIONS; k++)
		out[k] = *(int *)(lists->heads[k] + layout->gc_head_bytes);
}

void
gclists_counts(const struct gclists *lists, int out[GENERATIONS])
{
	int k;

	for (k = 0; k < GENERATIONS; k++)
		out[k] = *(int *)(lists->heads[k] + layout->gc_head_bytes + 4);
}
