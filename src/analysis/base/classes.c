#include "config.h"

#include "analysis/base/classes.h"

#include <string.h>

#include "python/finalizers.h"
#include "python/names.h"
#include "report/fingerprint.h"

void
classes_init(struct classes *c, struct arena *a, const char *stdlib)
{
	*c = (struct classes){.arena = a, .stdlib = stdlib};
}

/*
 * The member that a reader recognizes stands for the finding: a class of the
 * program with a finalizer, then one without, then one of the library, then
 * whatever is not a mere container.
 */
static int
rank_of(const struct class *k)
{
	static const char *const containers[] = {"dict", "list", "tuple",
						 "cell", "set",  "frozenset"};
	size_t i;

	if (k->is_python)
		return 4 + 2 * !k->is_stdlib + k->has_finalizer;
	if (k->has_finalizer)
		return 3;
	for (i = 0; i < sizeof containers / sizeof *containers; i++)
		if (!strcmp(k->name, containers[i]))
			return 1;
	return 2;
}

struct class *
classes_intern(struct classes *c, void *o)
{
	void *address = class_of(o);
	struct class *k;

	HASH_FIND_PTR(c->table, &address, k);
	if (k)
		return k;
	k = arena_grab(c->arena, sizeof *k);
	if (!k)
		return NULL;
	k->address = address;
	k->id = c->n++;
	k->name = name_of_class(c->arena, o);
	k->module_file = module_file_of_class(c->arena, o);
	k->is_python = is_python_class(o);
	k->is_stdlib = is_stdlib_file(k->module_file, c->stdlib);
	k->has_finalizer = has_python_finalizer(o) || has_legacy_finalizer(o);
	k->rank = rank_of(k);
	HASH_ADD_PTR(c->table, address, k);
	return hash_was_full(&k->hh) ? NULL : k;
}
