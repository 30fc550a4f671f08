#include "config.h"

#include "python/edges.h"

#include <string.h>

#include "python/attributes.h"
#include "python/locals.h"
#include "python/objects.h"
#include "python/pytext.h"

static void
append(char *out, const char *s)
{
	size_t n = strlen(out), room = EDGE_BYTES - 1 - n;
	size_t take = strlen(s);

	if (take > room)
		take = room;
	/* Never cut a UTF-8 sequence in two. */
	while (take && take < strlen(s) &&
	       ((unsigned char)s[take] & 0xc0) == 0x80)
		take--;
	memcpy(out + n, s, take);
	out[n + take] = '\0';
}

static void
append_number(char *out, long v)
{
	char digits[24];
	size_t n = sizeof digits;

	digits[--n] = '\0';
	do {
		digits[--n] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	append(out, digits + n);
}

static bool
put(char *out, const char *before, const char *name, const char *after)
{
	out[0] = '\0';
	append(out, before);
	append(out, name);
	append(out, after);
	return true;
}

static bool
put_index(char *out, long i)
{
	put(out, "[", "", "");
	append_number(out, i);
	append(out, "]");
	return true;
}

/* Keys that are not str: what can be written without running a repr. */
static bool
put_key(char *out, void *key)
{
	char text[100];
	const char *name;

	if (pytext_copy(key, text, sizeof text))
		return put(out, "['", text, "']");
	name = object_pointer(object_type(key), TP_NAME);
	return put(out, "[<", name ? name : "?", ">]");
}

/* In a dict: by a value, or else as a key. */
static bool
dict_edge(void *dict, void *to, bool is_attributes, char *out)
{
	intptr_t position = 0;
	void *key, *value, *as_key = NULL;
	char text[100];

	while (py.PyDict_Next(dict, &position, &key, &value)) {
		if (value == to) {
			if (is_attributes &&
			    pytext_copy(key, text, sizeof text))
				return put(out, ".", text, "");
			return put_key(out, key);
		}
		if (key == to)
			as_key = key;
	}
	return as_key ? put(out, "(key)", "", "") : false;
}

static bool
items_edge(void **items, uintptr_t n, void *to, char *out)
{
	uintptr_t i;

	for (i = 0; items && i < n; i++)
		if (items[i] == to)
			return put_index(out, (long)i);
	return false;
}

static bool
exception_edge(void *from, void *to, char *out)
{
	static const char *const names[] = {"__traceback__", "__context__",
					    "__cause__"};
	size_t i;

	for (i = 0; layout->exception_traceback && i < 3; i++)
		if (object_pointer(from, layout->exception_traceback + i * 8) ==
		    to)
			return put(out, ".", names[i], "");
	if (object_pointer(from, EXCEPTION_DICT + 8) == to)
		return put(out, ".args", "", "");
	return false;
}

/* A function refers to `to' itself, or through closure tuple and cell. */
static bool
function_edge(void *from, void *to, char *out)
{
	void *code = object_pointer(from, layout->function_code);
	void *closure = object_pointer(from, layout->function_closure);
	uintptr_t i;
	char name[100];

	for (i = 0; closure && i < object_word(closure, OB_SIZE); i++) {
		void *cell =
			object_pointer(closure, layout->tuple_items + i * 8);

		if (cell != to && object_pointer(cell, CELL_REF) != to)
			continue;
		if (!locals_free_name(code, (size_t)i, name, sizeof name))
			name[0] = '\0';
		return put(out, "(closure) ", name, "");
	}
	if (closure == to)
		return put(out, ".__closure__", "", "");
	if (object_pointer(from, layout->function_globals) == to)
		return put(out, ".__globals__", "", "");
	if (object_pointer(from, layout->function_defaults) == to)
		return put(out, ".__defaults__", "", "");
	if (layout->function_kwdefaults &&
	    object_pointer(from, layout->function_kwdefaults) == to)
		return put(out, ".__kwdefaults__", "", "");
	if (layout->function_annotations &&
	    object_pointer(from, layout->function_annotations) == to)
		return put(out, ".__annotations__", "", "");
	return false;
}

static bool
type_edge(void *from, void *to, char *out)
{
	if (object_pointer(from, TP_MRO) == to)
		return put(out, ".__mro__", "", "");
	if (object_pointer(from, TP_MRO - 8) == to)
		return put(out, ".__bases__", "", "");
	if (object_pointer(from, TP_BASE) == to)
		return put(out, ".__base__", "", "");
	return false;
}

static bool
container_edge(void *from, void *to, unsigned long flags, char *out)
{
	if (flags & FLAG_DICT)
		return dict_edge(from, to, false, out);
	if (flags & FLAG_LIST)
		return items_edge(object_pointer(from, LIST_ITEMS),
				  object_word(from, OB_SIZE), to, out);
	if (flags & FLAG_TUPLE)
		return items_edge((void **)((char *)from + layout->tuple_items),
				  object_word(from, OB_SIZE), to, out);
	if (type_is_subtype(object_type(from), py.PySet_Type) ||
	    type_is_subtype(object_type(from), py.PyFrozenSet_Type))
		return put(out, "(element)", "", "");
	return false;
}

static bool
special_edge(void *from, void *to, unsigned long flags, char *out)
{
	const void *type = object_type(from);

	if (type == py.PyFunction_Type)
		return function_edge(from, to, out);
	if (type == py.PyCell_Type)
		return put(out, "(cell)", "", "");
	if (flags & FLAG_TYPE)
		return type_edge(from, to, out);
	if (flags & FLAG_EXCEPTION)
		return exception_edge(from, to, out);
	return locals_edge(from, to, out, EDGE_BYTES);
}

bool
edge_name(void *from, void *to, char out[EDGE_BYTES])
{
	unsigned long flags = type_flags(object_type(from));
	const char *slot;
	void *name, *dict;
	char text[100];

	out[0] = '\0';
	if (container_edge(from, to, flags, out) ||
	    special_edge(from, to, flags, out))
		return true;
	name = attributes_inline_name(from, to);
	if (name && pytext_copy(name, text, sizeof text))
		return put(out, ".", text, "");
	slot = attributes_slot_name(from, to);
	if (slot)
		return put(out, ".", slot, "");
	dict = attributes_dict(from);
	if (dict == to)
		return put(out, ".__dict__", "", "");
	if (dict && dict_edge(dict, to, true, out))
		return true;
	if (object_type(from) == to)
		return put(out, ".__class__", "", "");
	return false;
}

void *
attribute_dict(void *o)
{
	return attributes_dict(o);
}

bool
attribute_name(void *dict, void *to, char out[EDGE_BYTES])
{
	out[0] = '\0';
	return dict_edge(dict, to, true, out);
}

bool
is_go_between(void *o)
{
	return object_type(o) == py.PyCell_Type;
}
