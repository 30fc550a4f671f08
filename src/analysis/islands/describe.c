#include "config.h"

#include "analysis/islands/describe.h"

#include <string.h>

#include "analysis/base/modules.h"
#include "analysis/islands/members.h"
#include "analysis/reach/memory.h"
#include "common/options.h"
#include "python/finalizers.h"
#include "python/objects.h"
#include "python/sizes.h"

enum { MAX_FINALIZERS = 16, FEWEST_NATIVE = 16 };

/* Heads first, then by name: the order must not depend on addresses. */
static void
sort_types(struct report_type *types, size_t n, const char *head)
{
	size_t i, j;

	for (i = 1; i < n; i++) {
		struct report_type t = types[i];
		bool is_head = head && !strcmp(t.name, head);

		for (j = i; j; j--) {
			const char *before = types[j - 1].name;

			if (head && !strcmp(before, head))
				break;
			if (!is_head && strcmp(before, t.name) <= 0)
				break;
			types[j] = types[j - 1];
		}
		types[j] = t;
	}
}

static bool
describe_types(struct arena *a, const struct group *group, const char *head,
	       struct finding *out)
{
	struct report_type *types =
		arena_array(a, group->n_classes, sizeof *types);
	size_t i, j, n = 0;

	if (!types)
		return false;
	for (i = 0; i < group->n_classes; i++) {
		const struct group_class *k = &group->classes[i];

		/* Two classes may share a name: types made in a loop do. */
		for (j = 0; j < n; j++)
			if (!strcmp(types[j].name, k->class->name))
				break;
		types[j].name = k->class->name;
		types[j].count += k->count;
		types[j].bytes += k->bytes;
		types[j].module_file = k->class->module_file;
		n += j == n;
	}
	sort_types(types, n, head);
	out->types = types;
	out->n_types = n;
	return true;
}

static bool
is_listed(const struct report_finalizer *list, size_t n,
	  const struct report_finalizer *f)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(list[i].type, f->type) &&
		    !strcmp(list[i].name, f->name))
			return true;
	return false;
}

static void
add_finalizer(struct arena *a, struct classes *classes, void *o,
	      struct report_finalizer *list, size_t *n)
{
	struct class *k = classes_intern(classes, o);
	struct report_finalizer f = {0};
	struct finalizer found;

	/* Of one class and its instances some may need it (generators). */
	if (!k || *n == MAX_FINALIZERS ||
	    (!k->has_finalizer && !has_legacy_finalizer(o)) ||
	    !finalizer_describe(a, o, &found))
		return;
	f.type = k->name;
	f.name = found.name;
	f.file = found.file;
	f.line = found.line;
	f.ran = found.ran;
	if (!is_listed(list, *n, &f))
		list[(*n)++] = f;
}

static bool
describe_finalizers(struct arena *a, struct classes *classes,
		    const struct graph *g, uint32_t island, struct finding *out)
{
	struct report_finalizer *list =
		arena_array(a, MAX_FINALIZERS, sizeof *list);
	uint32_t e;

	if (!list)
		return false;
	for (e = g->island_first[island]; e < g->island_first[island + 1]; e++)
		add_finalizer(a, classes, graph_object(g, g->members[e]), list,
			      &out->n_finalizers);
	out->finalizers = list;
	return true;
}

static bool
describe_natives(struct arena *a, const struct source *s, uint32_t stack,
		 struct finding *out)
{
	/* Also without native=, a block of the C heap has some. */
	size_t native = (size_t)s->options->native, i;
	size_t n_max = native < FEWEST_NATIVE ? FEWEST_NATIVE : native;
	struct source_native *found = arena_array(a, n_max, sizeof *found);
	struct report_native *frames = arena_array(a, n_max, sizeof *frames);

	if (!s->natives)
		return true;
	if (!found || !frames)
		return false;
	out->n_native = s->natives(stack, found, n_max);
	for (i = 0; i < out->n_native; i++) {
		modules_describe(a, found[i].ip, &frames[i]);
		frames[i].n_python = (int)found[i].n_python;
	}
	out->native = frames;
	return true;
}

static bool
describe_allocation(struct arena *a, const struct source *s,
		    const struct source_block *b, struct finding *out)
{
	size_t n_max = (size_t)s->options->backtrace;
	struct report_line *lines = arena_array(a, n_max, sizeof *lines);

	if (!lines)
		return false;
	if (b->stack)
		out->n_python = s->lines(b->stack, lines, n_max);
	out->python = lines;
	out->allocation_known = out->n_python > 0;
	if (b->stack && s->is_main_thread(b->stack) >= 0)
		out->thread = s->is_main_thread(b->stack) ? "main" : "other";
	return describe_natives(a, s, b->stack, out);
}

static void
init_finding(struct finding *out)
{
	memset(out, 0, sizeof *out);
	out->refcount = out->references_found = out->references_lost =
		REPORT_UNKNOWN;
	out->growth_age_seconds = -1;
}

bool
describe_site(struct arena *a, const struct source *s,
	      const struct source_block *b, struct finding *out)
{
	init_finding(out);
	return describe_allocation(a, s, b, out);
}

bool
describe_group(struct arena *a, const struct source *s, struct classes *classes,
	       const struct graph *g, struct group *group, struct finding *out)
{
	struct class *head =
		classes_intern(classes, graph_object(g, group->head));

	init_finding(out);
	out->count = group->count;
	out->objects = group->objects;
	out->bytes = group->bytes;
	return describe_types(a, group, head ? head->name : NULL, out) &&
	       members_describe(a, classes, g, group, out) &&
	       describe_finalizers(a, classes, g, group->island, out) &&
	       describe_allocation(a, s, &group->allocated, out) &&
	       shared_describe(&group->shared, a, out);
}

bool
describe_memory(struct arena *a, const struct source *s,
		const struct memory_group *group, struct finding *out)
{
	struct report_type *type = arena_grab(a, sizeof *type);

	if (!type)
		return false;
	init_finding(out);
	out->count = group->count;
	out->objects = group->blocks;
	out->bytes = group->bytes;
	*type = (struct report_type){.name = "(memory)",
				     .count = group->blocks,
				     .bytes = group->bytes};
	out->types = type;
	out->n_types = 1;
	return describe_allocation(a, s, &group->allocated, out);
}

bool
describe_object(struct arena *a, const struct source *s,
		struct classes *classes, void *o, struct finding *out)
{
	struct class *k = classes_intern(classes, o);
	struct report_type *type = arena_grab(a, sizeof *type);
	struct report_finalizer *f = arena_grab(a, sizeof *f);
	struct source_block block = {0};

	if (!k || !type || !f)
		return false;
	init_finding(out);
	out->count = out->objects = 1;
	out->bytes = object_bytes(o);
	*type = (struct report_type){.name = k->name,
				     .count = 1,
				     .bytes = out->bytes,
				     .module_file = k->module_file};
	out->types = type;
	out->n_types = 1;
	add_finalizer(a, classes, o, f, &out->n_finalizers);
	out->finalizers = f;
	if (s->find_block)
		s->find_block(object_block(o), &block);
	if (block.is_startup)
		out->state = STATE_STARTUP;
	return describe_allocation(a, s, &block, out);
}
