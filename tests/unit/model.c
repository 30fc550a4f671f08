#include "config.h"

#include "model.h"

#include <stdlib.h>
#include <string.h>

#include "python/api.h"
#include "python/versions.h"

enum {
	MOST_OBJECTS = 1 << 17,
	MOST_HELD = 8,
	TYPE_WORDS = 64,
	MOST_TYPES = 16
};

struct object {
	uintptr_t next, previous; /* the collector's header, as in 3.8 */
	int64_t refcount;
	void *type;
	size_t n_held;
	void *held[MOST_HELD];
};

_Static_assert(sizeof(struct object) == MODEL_OBJECT_BYTES, "as it says");

static struct object objects[MOST_OBJECTS];
static uintptr_t types[MOST_TYPES][TYPE_WORDS];
static uintptr_t heads[GENERATION_LISTS][2]; /* next and previous */
static struct gclists lists;
static size_t n_objects, n_types;

static struct object *
of(void *o)
{
	return (struct object *)((char *)o - offsetof(struct object, refcount));
}

static void
put_word(void *type, size_t offset, uintptr_t word)
{
	((uintptr_t *)type)[offset / sizeof word] = word;
}

static int
traverse(void *o, visit_fn visit, void *ctx)
{
	struct object *from = of(o);
	size_t i;
	int r = 0;

	for (i = 0; i < from->n_held && !r; i++)
		r = visit(from->held[i], ctx);
	return r;
}

static void
unlink_object(struct object *o)
{
	((uintptr_t *)o->previous)[0] = o->next;
	((uintptr_t *)o->next)[1] = o->previous;
}

static void
append_object(struct object *o, int generation)
{
	uintptr_t *head = heads[generation];

	o->next = (uintptr_t)head;
	o->previous = head[1];
	((uintptr_t *)o->previous)[0] = (uintptr_t)o;
	head[1] = (uintptr_t)o;
}

void
model_begin(void)
{
	int k;

	memset(objects, 0, n_objects * sizeof *objects);
	memset(types, 0, sizeof types);
	n_objects = n_types = 0;
	layout = versions_find(3 << 8 | 8);
	if (!layout)
		abort();
	for (k = 0; k < GENERATION_LISTS; k++) {
		heads[k][0] = heads[k][1] = (uintptr_t)heads[k];
		lists.heads[k] = (uintptr_t)heads[k];
	}
	/* The type of types; type 0 here. */
	py.PyType_Type = model_type("type");
	put_word(py.PyType_Type, TP_FLAGS,
		 FLAG_READY | FLAG_HAVE_GC | FLAG_TYPE);
}

void *
model_type(const char *name)
{
	void *type = types[n_types++];

	if (n_types > MOST_TYPES)
		abort();
	put_word(type, OB_TYPE, (uintptr_t)types[0]);
	put_word(type, TP_NAME, (uintptr_t)name);
	put_word(type, TP_BASICSIZE,
		 sizeof(struct object) - offsetof(struct object, refcount));
	put_word(type, TP_FLAGS, FLAG_READY | FLAG_HAVE_GC);
	put_word(type, TP_TRAVERSE, (uintptr_t)traverse);
	return type;
}

void
model_set_legacy(void *type)
{
	put_word(type, TP_DEL, (uintptr_t)abort); /* nobody calls it */
}

void *
model_object(void *type)
{
	struct object *o = &objects[n_objects++];

	if (n_objects > MOST_OBJECTS)
		abort();
	o->type = type;
	append_object(o, 0);
	return &o->refcount;
}

void
model_hold(void *from, void *to)
{
	struct object *o = of(from);

	if (o->n_held == MOST_HELD)
		abort();
	o->held[o->n_held++] = to;
	of(to)->refcount++;
}

void
model_hold_outside(void *o)
{
	of(o)->refcount++;
}

void
model_miscount(void *o, int by)
{
	of(o)->refcount += by;
}

void
model_move(void *o, int generation)
{
	unlink_object(of(o));
	append_object(of(o), generation);
}

const struct gclists *
model_lists(void)
{
	return &lists;
}

struct mirror
model_mirror(void)
{
	struct mirror m;
	const char *why;

	if (!mirror_init(&m, &lists, 1, &why))
		abort();
	return m;
}
