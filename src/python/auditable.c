#include "config.h"

#include "python/auditable.h"

#include "python/api.h"
#include "python/attributes.h"
#include "python/names.h"
#include "python/objects.h"

enum {
	/*
	 * A dict of weak references, nothing of which is ever in a cycle: so
	 * type_traverse() leaves it out (Objects/typeobject.c).
	 */
	TP_SUBCLASSES = 360,
	MAX_DEPTH = 8, /* of containers in containers */
};

/*
 * What these hold is elsewhere or varies: a frame's stack has stale and
 * borrowed words.
 */
static bool
is_laid_out_by_other_rules(const void *type)
{
	return type == py.PyFrame_Type || type == py.PyGen_Type ||
	       type == py.PyCoro_Type || type == py.PyAsyncGen_Type ||
	       type == py.PyList_Type || type == py.PyDict_Type ||
	       type == py.PyTuple_Type || type == py.PySet_Type ||
	       type == py.PyFrozenSet_Type;
}

bool
auditable_field(const void *o, intptr_t offset)
{
	const void *type = object_type(o);
	unsigned long flags = type_flags(type);

	if (is_laid_out_by_other_rules(type))
		return false;
	if (offset == OB_TYPE)
		return layout->instances_visit_type && flags & FLAG_HEAPTYPE &&
		       flags & FLAG_HAVE_GC;
	if (flags & FLAG_TYPE && offset == TP_SUBCLASSES)
		return false;
	/* 3.13+: values in the object are visited in place of their dict. */
	if (offset < 0 && flags & FLAG_INLINE_VALUES &&
	    layout->values == LAYOUT_VALUES_INLINE)
		return false;
	return offset < 0 ||
	       (offset > OB_TYPE && (uintptr_t)offset + sizeof(void *) <=
					    object_word(type, TP_BASICSIZE));
}

/*
 * The tp_traverse of classes written in Python: it visits the slots, calls the
 * first different one among the bases, and leaves the rest to that. 0 if there
 * is no such class.
 */
static uintptr_t
traverse_of_python(void)
{
	static const char *const classes[][2] = {
		{"_frozen_importlib", "ModuleSpec"},
		{"codecs", "IncrementalEncoder"}, /* 2.7 */
		{"warnings", "WarningMessage"},
	};
	size_t i;

	for (i = 0; i < sizeof classes / sizeof *classes; i++) {
		void *dict = dict_of_module(classes[i][0]);
		void *type = dict ? dict_find(dict, classes[i][1]) : NULL;

		if (type && object_type(type) == py.PyType_Type)
			return object_word(type, TP_TRAVERSE);
	}
	return 0;
}

void *
auditable_owner(const void *o, intptr_t offset)
{
	void *type = object_type(o), *base;
	static uintptr_t of_python; /* asked once: of thousands of objects */

	of_python = of_python ? of_python : traverse_of_python();
	/* As long as it is the base's tp_traverse that has to visit it. */
	while (offset > 0 && (base = object_pointer(type, TP_BASE))) {
		uintptr_t traverse = object_word(type, TP_TRAVERSE);

		if (traverse != object_word(base, TP_TRAVERSE) &&
		    (!traverse || traverse != of_python))
			break;
		if (offset == OB_TYPE ? !(type_flags(base) & FLAG_HEAPTYPE) :
					object_word(base, TP_BASICSIZE) <=
						(uintptr_t)offset)
			break;
		type = base;
	}
	return type;
}

struct search {
	int depth;
	bool is_found;
};

static bool may_be_in_cycle(void *o, int depth);

static int
look_further(void *o, void *ctx)
{
	struct search *s = ctx;

	s->is_found = object_is_gc(o) && may_be_in_cycle(o, s->depth + 1);
	return s->is_found;
}

/* What it holds cannot be changed. */
static bool
is_immutable(const void *type)
{
	return type == py.PyTuple_Type || type == py.PyFrozenSet_Type ||
	       type == py._PyWeakref_RefType || type == py.PyCFunction_Type ||
	       type == py.PySlice_Type;
}

/* Only its owner can change it: the program cannot get hold of it. */
static bool
is_private(const void *o)
{
	const void *type = object_type(o);

	return object_refcount(o) == 1 &&
	       (type == py.PyList_Type || type == py.PyDict_Type ||
		type == py.PySet_Type);
}

static bool
may_be_in_cycle(void *o, int depth)
{
	struct search s = {depth, false};

	if (!is_immutable(object_type(o)) && !is_private(o))
		return true;
	if (depth < MAX_DEPTH)
		object_traverse(o, look_further, &s);
	return s.is_found;
}

bool
auditable_target(void *o, bool is_published)
{
	struct search s = {0, false};

	if (!is_published || is_immutable(object_type(o)))
		look_further(o, &s);
	else
		s.is_found = true;
	return s.is_found;
}

const char *
auditable_member(const void *type, intptr_t offset)
{
	if (offset == OB_TYPE)
		return "ob_type";
	if (offset < 0 || offset == (intptr_t)object_word(type, TP_DICTOFFSET))
		return "__dict__";
	return attributes_member_at(type, offset);
}

/* Doc/whatsnew/3.9.rst, "Changes in the C API" (bpo-40217). */
const char *
auditable_type_rule(void)
{
	return "from Python 3.9 on instances of heap types visit their type";
}
