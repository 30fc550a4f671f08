#include "config.h"

#include "python/names.h"

#include <string.h>

#include "common/arena.h"
#include "python/frames.h"
#include "python/objects.h"
#include "python/pytext.h"

enum { NAME_BYTES = 512, MODULE_DICT = 16 /* PyModuleObject.md_dict */ };

void *
dict_find(void *dict, const char *key)
{
	intptr_t position = 0;
	void *k, *v;
	char text[NAME_BYTES];

	if (!dict || !(type_flags(object_type(dict)) & FLAG_DICT))
		return NULL;
	while (py.PyDict_Next(dict, &position, &k, &v)) {
		if (pytext_copy(k, text, sizeof text) && !strcmp(text, key))
			return v;
	}
	return NULL;
}

static bool
is_old_style(void *o)
{
	return py.PyInstance_Type && object_type(o) == py.PyInstance_Type;
}

void *
class_of(void *o)
{
	return is_old_style(o) ? object_pointer(o, INSTANCE_CLASS) :
				 object_type(o);
}

static bool
is_old_class(const void *type)
{
	return py.PyClass_Type && object_type(type) == py.PyClass_Type;
}

/* The __module__ of a class, "" where it has none. */
static void
module_of(void *type, char *out, size_t n_out)
{
	void *dict =
		object_pointer(type, is_old_class(type) ? CLASS_DICT : TP_DICT);
	void *module = dict_find(dict, "__module__");

	out[0] = '\0';
	if (module)
		pytext_copy(module, out, n_out);
}

/* Without the module; for static types tp_name has it already. */
static void
bare_name_of(void *type, char *out, size_t n_out)
{
	if (is_old_class(type)) {
		pytext_copy(object_pointer(type, CLASS_NAME), out, n_out);
	} else if (layout->ht_qualname && type_flags(type) & FLAG_HEAPTYPE) {
		void *qualname = object_pointer(type, layout->ht_qualname);

		if (qualname)
			pytext_copy(qualname, out, n_out);
	}
	if (!out[0]) {
		const char *name = object_pointer(type, TP_NAME);

		strncpy(out, name ? name : "?", n_out - 1);
		out[n_out - 1] = '\0';
	}
}

const char *
name_of_type(struct arena *a, void *type)
{
	char name[NAME_BYTES] = "", module[NAME_BYTES] = "";
	char both[2 * NAME_BYTES];
	size_t n = 0;
	const char *copy;

	bare_name_of(type, name, sizeof name);
	if (is_old_class(type) || type_flags(type) & FLAG_HEAPTYPE)
		module_of(type, module, sizeof module);
	if (module[0] && strcmp(module, "builtins") &&
	    strcmp(module, "__builtin__")) {
		n = strlen(module);
		memcpy(both, module, n);
		both[n++] = '.';
		/* Heap types made by PyType_FromSpec keep it in tp_name too. */
		if (!strncmp(name, module, n - 1) && name[n - 1] == '.')
			n = 0;
	}
	memcpy(both + n, name, strlen(name) + 1);
	copy = arena_string(a, both);
	return copy ? copy : "?";
}

const char *
name_of_class(struct arena *a, void *o)
{
	return name_of_type(a, class_of(o));
}

void *
dict_of_modules(void)
{
	static void *seen;

	/* Asked for without a thread state it is a crash. */
	if (frames_tstate())
		seen = py.PyImport_GetModuleDict();
	return seen;
}

const char *
name_of_signal_module(void)
{
	return layout->signal_module;
}

void *
dict_of_module(const char *name)
{
	void *m = dict_find(dict_of_modules(), name);

	if (!m || !type_is_subtype(object_type(m), py.PyModule_Type))
		return NULL;
	return object_pointer(m, MODULE_DICT);
}

static const char *
file_of_module(struct arena *a, const char *name)
{
	void *dict = dict_of_module(name), *path;
	char file[4096];

	path = dict ? dict_find(dict, "__file__") : NULL;
	if (!path || !pytext_copy(path, file, sizeof file))
		return NULL;
	return arena_string(a, file);
}

const char *
name_of_module(struct arena *a, void *o)
{
	char text[NAME_BYTES + sizeof "module "] = "module ";
	void *name;

	if (!type_is_subtype(object_type(o), py.PyModule_Type))
		return NULL;
	name = dict_find(object_pointer(o, MODULE_DICT), "__name__");
	if (!name || !pytext_copy(name, text + strlen(text), NAME_BYTES))
		return NULL;
	return arena_string(a, text);
}

const char *
module_file_of_class(struct arena *a, void *o)
{
	char module[NAME_BYTES];
	void *type = class_of(o);

	if (!is_old_class(type) && !(type_flags(type) & FLAG_HEAPTYPE))
		return NULL;
	module_of(type, module, sizeof module);
	return module[0] ? file_of_module(a, module) : NULL;
}

/* A static type has its module in tp_name alone, if it has one there. */
const char *
module_file_of_type(struct arena *a, void *type)
{
	char module[NAME_BYTES] = "";
	char *dot;

	if (!is_old_class(type) && !(type_flags(type) & FLAG_HEAPTYPE)) {
		strncpy(module, object_pointer(type, TP_NAME),
			sizeof module - 1);
		dot = strrchr(module, '.');
		*(dot ? dot : module) = '\0';
	} else {
		module_of(type, module, sizeof module);
	}
	return module[0] ? file_of_module(a, module) : NULL;
}

bool
is_python_class(void *o)
{
	return is_old_style(o) ||
	       (type_flags(object_type(o)) & FLAG_HEAPTYPE &&
		dict_find(object_pointer(object_type(o), TP_DICT),
			  "__module__"));
}
