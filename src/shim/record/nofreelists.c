#include "config.h"

#include "shim/record/nofreelists.h"

#include <string.h>

#include "python/api.h"
#include "python/layout.h"
#include "python/objects.h"

/* More than any PyTypeObject has; what lies behind a type is readable. */
enum { SHADOW_BYTES = 448 };

struct wrapped {
	void *type;
	void (*real)(void *);
	/* The copy, with the real dealloc: trashcan compares the two. */
	char shadow[SHADOW_BYTES] __attribute__((aligned(16)));
};

static struct wrapped list, dict, tuple;

static inline void
dealloc(struct wrapped *w, void *o)
{
	if (object_type(o) == w->type)
		*(void **)((char *)o + OB_TYPE) = w->shadow;
	w->real(o);
}

static void
dealloc_list(void *o)
{
	dealloc(&list, o);
}

static void
dealloc_dict(void *o)
{
	dealloc(&dict, o);
}

static void
dealloc_tuple(void *o)
{
	dealloc(&tuple, o);
}

static void **
slot_of(void *type)
{
	return (void **)((char *)type + TP_DEALLOC);
}

static void
wrap(struct wrapped *w, void *type, void (*ours)(void *))
{
	bool is_wrapped = *slot_of(type) == (void *)ours;

	/* Of an earlier life of the interpreter: its type had other words. */
	w->type = type;
	memcpy(w->shadow, type, SHADOW_BYTES);
	if (is_wrapped)
		*(void **)(w->shadow + TP_DEALLOC) = (void *)w->real;
	else
		*(void **)&w->real = *slot_of(type);
	*slot_of(type) = (void *)ours;
}

static void
unwrap(struct wrapped *w, void (*ours)(void *))
{
	if (w->type && *slot_of(w->type) == (void *)ours)
		*slot_of(w->type) = (void *)w->real;
}

bool
nofreelists_wrap(void)
{
	if (!py.PyList_Type || !py.PyDict_Type || !py.PyTuple_Type)
		return false;
	wrap(&list, py.PyList_Type, dealloc_list);
	wrap(&dict, py.PyDict_Type, dealloc_dict);
	wrap(&tuple, py.PyTuple_Type, dealloc_tuple);
	return true;
}

void
nofreelists_unwrap(void)
{
	unwrap(&list, dealloc_list);
	unwrap(&dict, dealloc_dict);
	unwrap(&tuple, dealloc_tuple);
}
