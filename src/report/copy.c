#include "config.h"

#include "report/copy.h"

#include <string.h>

#include "common/arena.h"

/* A copy of n members, whose strings are the caller's task; NULL: n is 0. */
static void *
copy_array(struct arena *a, const void *from, size_t n, size_t size)
{
	void *to = n ? arena_array(a, n, size) : NULL;

	if (to)
		memcpy(to, from, n * size);
	return to;
}

static void
again(struct arena *a, const char **s)
{
	*s = arena_string(a, *s);
}

static void
copy_types(struct arena *a, struct finding *f)
{
	struct report_type *t = copy_array(a, f->types, f->n_types, sizeof *t);
	struct report_finalizer *z =
		copy_array(a, f->finalizers, f->n_finalizers, sizeof *z);
	size_t i;

	for (i = 0; t && i < f->n_types; i++) {
		again(a, &t[i].name);
		again(a, &t[i].module_file);
	}
	for (i = 0; z && i < f->n_finalizers; i++) {
		again(a, &z[i].type);
		again(a, &z[i].name);
		again(a, &z[i].file);
	}
	f->types = t;
	f->finalizers = z;
}

static void
copy_cycle(struct arena *a, struct finding *f)
{
	struct report_edge *e = copy_array(a, f->cycle, f->n_cycle, sizeof *e);
	size_t i;

	for (i = 0; e && i < f->n_cycle; i++) {
		again(a, &e[i].type);
		again(a, &e[i].edge);
	}
	f->cycle = e;
}

static void
copy_allocation(struct arena *a, struct finding *f)
{
	struct report_line *l =
		copy_array(a, f->python, f->n_python, sizeof *l);
	struct report_native *n =
		copy_array(a, f->native, f->n_native, sizeof *n);
	size_t i;

	for (i = 0; l && i < f->n_python; i++) {
		again(a, &l[i].function);
		again(a, &l[i].file);
	}
	for (i = 0; n && i < f->n_native; i++) {
		again(a, &n[i].function);
		again(a, &n[i].module);
		again(a, &n[i].build_id);
		again(a, &n[i].file);
	}
	f->python = l;
	f->native = n;
}

bool
report_copy_finding(struct arena *a, const struct finding *f,
		    struct finding *out)
{
	bool failed = a->failed;

	a->failed = false;
	*out = *f;
	out->shared = NULL; /* of the moment */
	out->n_shared = 0;
	copy_types(a, out);
	copy_cycle(a, out);
	copy_allocation(a, out);
	again(a, &out->advice);
	again(a, &out->thread);
	out->hidden_type = out->hidden_module_file = out->hidden_member = NULL;
	out->growth_checks = NULL;
	out->growth_path = out->held_by = NULL;
	out->n_growth_checks = out->n_growth_path = out->n_held_by = 0;
	failed |= a->failed;
	a->failed = failed;
	return !failed;
}
