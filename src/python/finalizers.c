#include "config.h"

#include "python/finalizers.h"

#include "common/arena.h"
#include "python/code.h"
#include "python/names.h"
#include "python/objects.h"
#include "python/pytext.h"

enum { TEXT_BYTES = 4096, MAX_BASES = 200 };

/* 2.7: "__del__", interned, so that a look-up allocates nothing. */
static void *del_name;

void
finalizers_init(void)
{
	if (layout->has_old_classes && !del_name &&
	    py.PyString_InternFromString)
		del_name = py.PyString_InternFromString("__del__");
}

/* __del__ of an old-style class or its bases, in CPython's order. */
static void *
old_class_find(void *klass, int depth)
{
	void *found = dict_find(object_pointer(klass, CLASS_DICT), "__del__");
	void *bases = object_pointer(klass, 16); /* cl_bases */
	uintptr_t i;

	if (found || depth > MAX_BASES || !bases)
		return found;
	for (i = 0; !found && i < object_word(bases, OB_SIZE); i++)
		found = old_class_find(
			object_pointer(bases, layout->tuple_items + i * 8),
			depth + 1);
	return found;
}

bool
has_legacy_finalizer(void *o)
{
	void *type = object_type(o);

	if (!layout->has_old_classes)
		return object_word(type, TP_DEL) != 0;
	if (type == py.PyInstance_Type)
		return del_name && py._PyInstance_Lookup &&
		       py._PyInstance_Lookup(o, del_name);
	if (type_flags(type) & FLAG_HEAPTYPE)
		return object_word(type, TP_DEL) != 0;
	if (type == py.PyGen_Type && py.PyGen_NeedsFinalizing)
		return py.PyGen_NeedsFinalizing(o) != 0;
	return false;
}

/* `name' in the dicts of the types of the method resolution order. */
static void *
mro_find(void *type, const char *name)
{
	void *mro = object_pointer(type, TP_MRO);
	uintptr_t i;

	if (!mro)
		return NULL;
	for (i = 0; i < object_word(mro, OB_SIZE); i++) {
		void *base = object_pointer(mro, layout->tuple_items + i * 8);
		void *found;

		/* 2.7: an old-style class may stand in it; static builtin
		 * types of 3.12 keep their dict elsewhere, and define none. */
		if (!(type_flags(object_type(base)) & FLAG_TYPE) ||
		    !(type_flags(base) & FLAG_HEAPTYPE))
			continue;
		found = dict_find(object_pointer(base, TP_DICT), name);
		if (found)
			return found;
	}
	return NULL;
}

static void *
finalizer_function(void *o)
{
	void *type = object_type(o);

	if (py.PyInstance_Type && type == py.PyInstance_Type)
		return old_class_find(object_pointer(o, INSTANCE_CLASS), 0);
	if (!(type_flags(type) & FLAG_HEAPTYPE))
		return NULL;
	/* The slot is empty unless some class defines the method. */
	if (!object_word(type, TP_DEL) &&
	    !(layout->has_finalize_slot && object_word(type, TP_FINALIZE)))
		return NULL;
	return mro_find(type, "__del__");
}

bool
has_python_finalizer(void *o)
{
	return finalizer_function(o) != NULL;
}

static void
describe_function(struct arena *a, void *function, struct finalizer *out)
{
	char text[TEXT_BYTES];
	struct code_info info;
	void *code;

	if (object_type(function) != py.PyFunction_Type)
		return;
	code = object_pointer(function, layout->function_code);
	if (!code || !code_read(code, &info))
		return;
	if (info.filename && pytext_copy(info.filename, text, sizeof text))
		out->file = arena_string(a, text);
	out->line = info.first_line;
}

bool
finalizer_describe(struct arena *a, void *o, struct finalizer *out)
{
	void *function = finalizer_function(o);

	*out = (struct finalizer){.ran = -1};
	if (layout->has_finalize_slot && object_is_gc(o))
		out->ran = object_is_finalized(o);
	if (function) {
		out->name = "__del__";
		describe_function(a, function, out);
		return true;
	}
	if (!has_legacy_finalizer(o))
		return false;
	if (object_type(o) == py.PyGen_Type) {
		out->name = "suspended in try/finally or with";
		return true;
	}
	function = mro_find(object_type(o), "__tp_del__");
	out->name = function ? "__tp_del__" : "tp_del";
	if (function)
		describe_function(a, function, out);
	return true;
}
