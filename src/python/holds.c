#include "config.h"

#include "python/holds.h"

#include <string.h>

#include "python/api.h"
#include "python/attributes.h"
#include "python/objects.h"
#include "python/valuestack.h"

/* PyWeakReference (Include/cpython/weakrefobject.h), 2.7 to 3.15. */
enum {
	WEAKREF_OBJECT = 16,
	WEAKREF_CALLBACK = 24,
	WEAKREF_PREVIOUS = 40,
	WEAKREF_NEXT = 48,
	/* Behind them, what a subclass or vectorcall adds. */
	WEAKREF_REST = 56,
	/* dequeobject (Modules/_collectionsmodule.c); 3.11+ also keeps free
	 * blocks. */
	DEQUE_BYTES = 80,
	DEQUE_BYTES_311 = 216,
	/* PyDictObject.ma_values, 3.3+. */
	DICT_VALUES = 40,
	UNICODE_STATE = 32, /* 3.3+ */
};

int
holds_nothing(const void *type)
{
	return type == py.PyBytes_Type || type == py.PyString_Type ||
	       type == py.PyLong_Type || type == py.PyInt_Type ||
	       type == py.PyFloat_Type || type == py.PyBool_Type ||
	       type == py.PyComplex_Type;
}

bool
holds_in_words(const void *type)
{
	return holds_nothing(type) || type == py.PyUnicode_Type ||
	       type == py.PyList_Type || type == py.PyDict_Type ||
	       type == py.PyTuple_Type || type == py.PySet_Type ||
	       type == py.PyFrozenSet_Type || type == py.PyFunction_Type ||
	       type == py.PyCode_Type || type == py.PyCell_Type ||
	       type == py.PyMethod_Type || type == py.PyType_Type ||
	       type == py.PyModule_Type || type == py.PyFrame_Type ||
	       type == py.PyGen_Type || type == py._PyWeakref_RefType;
}

static bool
is_weak_reference(const void *type)
{
	return type_is_subtype(type, py._PyWeakref_RefType) ||
	       type == py._PyWeakref_ProxyType ||
	       type == py._PyWeakref_CallableProxyType;
}

void *
holds_weakly(const void *o)
{
	if (!is_weak_reference(object_type(o)) ||
	    !object_word(o, WEAKREF_CALLBACK))
		return NULL;
	return object_pointer(o, WEAKREF_OBJECT);
}

static size_t
put(struct span *out, size_t n, uintptr_t start, uintptr_t end)
{
	if (start < end)
		out[n++] = (struct span){start, end};
	return n;
}

/* Words in front of the collector's header, from 3.11 on. */
static size_t
put_pre_header(void *o, struct span *out)
{
	uintptr_t head, start;

	if (layout->values == LAYOUT_VALUES_NONE ||
	    !(type_flags(object_type(o)) & FLAG_HAVE_GC))
		return 0;
	head = head_of_object(o);
	start = head - object_pre_header(type_flags(object_type(o)));
	/* 3.12+: the first of the two is the list of weak references. */
	if (start < head && layout->values != LAYOUT_VALUES_POINTER)
		start += 8;
	return put(out, 0, start, head);
}

/*
 * After the last field there is room up to the allocator's next size, with
 * stale data in it. 3.13+ keeps values there (Py_TPFLAGS_INLINE_VALUES).
 */
static uintptr_t
true_end(const void *o, const void *type, uintptr_t end)
{
	uintptr_t size = object_word(type, TP_BASICSIZE);

	if (type == py.PyTuple_Type)
		size = layout->tuple_items + object_word(o, OB_SIZE) * 8;
	else if (object_word(type, TP_ITEMSIZE) ||
		 (layout->values == LAYOUT_VALUES_INLINE &&
		  type_flags(type) & FLAG_INLINE_VALUES))
		return end;
	size = (size + 7) & ~(uintptr_t)7;
	return (uintptr_t)o + size < end ? (uintptr_t)o + size : end;
}

/* Exactly that, as every Condition of threading has one. */
static bool
is_deque(const void *type)
{
	uintptr_t size = object_word(type, TP_BASICSIZE);
	const char *name = object_pointer(type, TP_NAME);

	return (size == DEQUE_BYTES || size == DEQUE_BYTES_311) && name &&
	       !strcmp(name, "collections.deque");
}

/*
 * For a deque that has one block, which malloc() returned uncleared.  It begins
 * with a link (3.x) or ends with both (2.7).
 */
static bool
find_items(const void *deque, struct span *used)
{
	const uintptr_t at = layout->deque_block,
			most = layout->deque_block_items;
	uintptr_t block = object_word(deque, at);
	uintptr_t left = object_word(deque, at + 16);
	uintptr_t right = object_word(deque, at + 24);
	uintptr_t n = object_word(deque, layout->deque_length);

	if (block != object_word(deque, at + 8) || left > most || n > most ||
	    left + n != right + 1)
		return false;
	used->start = block + layout->deque_first_item + left * 8;
	used->end = used->start + n * 8;
	return true;
}

bool
holds_buffer(void *o, struct span *used)
{
	const void *type = object_type(o);
	unsigned long flags = type_flags(type);

	*used = (struct span){0, 0};
	if (flags & FLAG_LIST) {
		used->start = object_word(o, LIST_ITEMS);
		used->end = used->start + object_word(o, OB_SIZE) * 8;
	} else if (flags & FLAG_DICT) {
		if (layout->dict != LAYOUT_DICT_TABLE)
			used->start = object_word(o, DICT_VALUES);
	} else if (is_deque(type)) {
		if (!find_items(o, used))
			return false;
	} else if (layout->values == LAYOUT_VALUES_POINTER ||
		   layout->values == LAYOUT_VALUES_TAGGED) {
		used->start = (uintptr_t)attributes_values(o);
	}
	return used->start && !(used->start & 7);
}

/* Where the pointers of a str end: behind them is text, and unused room. */
static size_t
unicode_end(uintptr_t at)
{
	uint32_t state = *(const uint32_t *)(at + UNICODE_STATE);
	bool is_compact = state >> 5 & 1, is_ascii = state >> 6 & 1;

	if (!layout->unicode_compact)
		return layout->unicode_bytes;
	if (!is_compact)
		return layout->unicode_data + sizeof(uintptr_t);
	return is_ascii ? layout->unicode_ascii : layout->unicode_compact;
}

/* Of a str: what may be a pointer, between its hash and its text. */
static size_t
put_str(uintptr_t at, uintptr_t end, struct span *out)
{
	uintptr_t to = at + unicode_end(at);

	return put(out, 0, at + layout->unicode_pointers, to < end ? to : end);
}

size_t
holds_spans(void *o, uintptr_t end, struct span out[HOLDS_SPANS])
{
	const void *type = object_type(o);
	uintptr_t at = (uintptr_t)o;
	intptr_t weak;
	size_t n;

	if (holds_nothing(type))
		return 0;
	if (type == py.PyUnicode_Type)
		return put_str(at, end, out);
	end = type == py.PyFrame_Type ? valuestack_end(o, end) :
					true_end(o, type, end);
	n = put_pre_header(o, out);
	if (is_weak_reference(type)) {
		n = put(out, n, at, at + WEAKREF_OBJECT);
		n = put(out, n, at + WEAKREF_CALLBACK, at + WEAKREF_PREVIOUS);
		return put(out, n, at + WEAKREF_REST, end);
	}
	weak = (intptr_t)object_word(type, TP_WEAKLISTOFFSET);
	if (weak < 16 || at + (uintptr_t)weak + 8 > end)
		return put(out, n, at, end);
	n = put(out, n, at, at + (uintptr_t)weak);
	return put(out, n, at + (uintptr_t)weak + 8, end);
}

/* PyIntBlock, PyFloatBlock (Objects/intobject.c, floatobject.c of 2.7). */
bool
holds_numbers(uintptr_t from, uintptr_t to)
{
	enum { NEXT = 8, NUMBER = 24, NUMBERS = 41, SLACK = 16 };
	const size_t bytes = NEXT + NUMBERS * NUMBER;
	size_t n_int = 0, n_float = 0, i;

	if (!layout->has_number_blocks || to - from < bytes ||
	    to - from > bytes + SLACK)
		return false;
	for (i = 0; i < NUMBERS; i++) {
		const void *type =
			object_type((const void *)(from + NEXT + i * NUMBER));

		n_int += type == py.PyInt_Type;
		n_float += type == py.PyFloat_Type;
	}
	return (n_int && !n_float ? n_int :
		n_float && !n_int ? n_float :
				    0) > NUMBERS / 4;
}

/*
 * _PyUnicodeWriter (Include/internal/pycore_unicodeobject.h): the str that is
 * made, or once it is done 0 or the next of the free list; where its text is;
 * kind, largest character; size, position, least length; smallest character.
 */
bool
holds_text_alone(uintptr_t from, uintptr_t to)
{
	enum { DATA = 8, KIND = 16, LARGEST = 20, SIZE = 24, POSITION = 32 };
	enum { LEAST = 40, SMALLEST = 48, BYTES = 56, SLACK = 16 };
	const void *w = (const void *)from;
	int64_t largest, size, position;

	if (!layout->has_unicode_writers || to - from < BYTES ||
	    to - from > BYTES + SLACK || !object_word(w, DATA))
		return false;
	largest = object_int(w, LARGEST);
	size = (int64_t)object_word(w, SIZE);
	position = (int64_t)object_word(w, POSITION);
	switch (object_int(w, KIND)) {
	case 1:
		if (largest != 0x7f && largest != 0xff)
			return false;
		break;
	case 2:
		if (largest != 0xffff)
			return false;
		break;
	case 4:
		if (largest != 0x10ffff)
			return false;
		break;
	default:
		return false;
	}
	return position >= 0 && position <= size && size >> 40 == 0 &&
	       object_word(w, LEAST) >> 40 == 0 &&
	       object_int(w, SMALLEST) <= 0x10ffff;
}
