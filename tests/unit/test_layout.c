#include "config.h"

#include "python/layout.h"

#include <stdlib.h>
#include <string.h>

#include "python/api.h"
#include "python/objects.h"
#include "python/versions.h"
#include "tap.h"

/* An interpreter of types alone, of the version of the row in use. */
enum { TYPE_WORDS = 56 };
static uintptr_t type_type[TYPE_WORDS], dict_type[TYPE_WORDS];
static uintptr_t function_type[TYPE_WORDS], code_type[TYPE_WORDS];
static uintptr_t tuple[8], none[2];
static struct member of_types[] = {
	{.name = "__basicsize__", .offset = TP_BASICSIZE},
	{.name = "__dictoffset__", .offset = TP_DICTOFFSET},
	{.name = NULL},
};
static struct member of_functions[] = {
	{.name = "__globals__"},
	{.name = "what a later version adds", .offset = 1000},
	{.name = NULL},
};
static struct member of_code[] = {
	{.name = "co_flags"}, {.name = "co_qualname"}, {.name = NULL}};

static void *
new_tuple(intptr_t n)
{
	(void)n;
	return tuple;
}

static int
set_item(void *o, intptr_t i, void *item)
{
	memcpy((char *)o + layout->tuple_items + i * 8, &item, sizeof item);
	return 0;
}

static void
count(void *o)
{
	(void)o;
}

static void
make_type(uintptr_t *type, const char *name, const struct member *members)
{
	type[OB_TYPE / 8] = (uintptr_t)type_type;
	type[TP_NAME / 8] = (uintptr_t)name;
	type[TP_MEMBERS / 8] = (uintptr_t)members;
}

static void
start(void)
{
	make_type(type_type, "type", of_types);
	make_type(dict_type, "dict", NULL);
	make_type(function_type, "function", of_functions);
	make_type(code_type, "code", of_code);
	type_type[TP_BASICSIZE / 8] = layout->heap_type_bytes;
	of_functions[0].offset = layout->function_globals;
	of_code[0].offset = layout->frame.code_flags;
	of_code[1].offset = layout->frame.code_name;
	py.PyType_Type = type_type;
	py.PyDict_Type = dict_type;
	py.PyFunction_Type = function_type;
	py.PyCode_Type = code_type;
	py._Py_NoneStruct = none;
	py.PyTuple_New = new_tuple;
	py.PyTuple_SetItem = set_item;
	py.Py_IncRef = py.Py_DecRef = count;
}

static bool
is_declined(const char *what)
{
	const char *why = layout_verify();

	return why && strstr(why, what);
}

int
main(void)
{
	ok(is_declined("no layout"), "no row, no layout");
	layout = versions_find(3 << 8 | 11);
	if (!layout)
		abort();
	start();
	is_string(layout_verify(), NULL, "an interpreter as its row has it");
	of_functions[0].offset += 8;
	ok(is_declined("functions"), "a field of functions has moved");
	of_functions[0].offset -= 8;
	of_code[0].offset += 4;
	ok(is_declined("code"), "a field of code has moved");
	of_code[0].offset -= 4;
	of_types[1].offset += 8;
	ok(is_declined("type objects"), "a field of types has moved");
	of_types[1].offset -= 8;
	type_type[TP_BASICSIZE / 8] += 8;
	ok(is_declined("heap types"), "types have become larger");
	type_type[TP_BASICSIZE / 8] -= 8;
	is_string(layout_verify(), NULL, "and as it was");
	return tap_done();
}
