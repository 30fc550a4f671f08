#include "config.h"

#include "analysis/groups.h"

#include <string.h>

#include "python/edges.h"
#include "python/objects.h"
#include "python/sizes.h"
#include "report/fingerprint.h"

/* What is gathered about one island before its group is known. */
struct island {
	const struct graph *g;
	uint32_t number;
	uint64_t stamp; /* marks the classes that this island counted */
	struct class *classes[GROUP_MAX_CLASSES];
	size_t n_classes;
	int64_t objects, bytes;
};

static uint64_t
mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0xff51afd7ed558ccdULL;
	return h ^ h >> 32;
}

static void
fold_dicts(const struct graph *g, struct mirror *m)
{
	uint32_t i;

	for (i = 0; i < g->n; i++) {
		void *dict = attribute_dict(graph_object(g, i));
		uint32_t at = dict ? graph_find(g, (uintptr_t)dict) :
				     UINT32_MAX;

		if (at != UINT32_MAX && g->island[at] == g->island[i] &&
		    at != i)
			m->nodes[g->ids[at]].flags |= NODE_FOLDED;
	}
}

/* An attribute dict's bytes count for its owner, whose class this is. */
static int64_t
bytes_with_dict(const struct graph *g, void *o)
{
	void *dict = attribute_dict(o);
	int64_t n = object_bytes(o);
	uint32_t at = dict ? graph_find(g, (uintptr_t)dict) : UINT32_MAX;

	if (at != UINT32_MAX && g->m->nodes[g->ids[at]].flags & NODE_FOLDED)
		n += object_bytes(dict);
	return n;
}

static bool
count_members(struct island *is, struct classes *classes)
{
	const struct graph *g = is->g;
	uint32_t e;

	for (e = g->island_first[is->number];
	     e < g->island_first[is->number + 1]; e++) {
		uint32_t i = g->members[e];
		void *o = graph_object(g, i);
		struct class *k;
		int64_t bytes;

		is->objects++;
		if (g->m->nodes[g->ids[i]].flags & NODE_FOLDED)
			continue;
		k = classes_intern(classes, o);
		if (!k)
			return false;
		bytes = bytes_with_dict(g, o);
		is->bytes += bytes;
		if (k->seen != is->stamp) {
			k->seen = is->stamp;
			k->count = k->bytes = 0;
			if (is->n_classes < GROUP_MAX_CLASSES)
				is->classes[is->n_classes++] = k;
		}
		k->count++;
		k->bytes += bytes;
	}
	return true;
}

/* By id: the signature must not depend on the order of the members. */
static void
sort_classes(struct island *is)
{
	size_t i, j;

	for (i = 1; i < is->n_classes; i++) {
		struct class *k = is->classes[i];

		for (j = i; j && is->classes[j - 1]->id > k->id; j--)
			is->classes[j] = is->classes[j - 1];
		is->classes[j] = k;
	}
}

/*
 * Allocated by the program's own code: the innermost frame is not the
 * library's.  Without a backtrace the class decides.
 */
static bool
is_own_code(const struct source *s, const struct source_block *b,
	    const struct class *k)
{
	struct report_line line;

	if (b->stack && s->lines(b->stack, &line, 1) == 1)
		return !is_stdlib_file(line.file, s->stdlib);
	return k && k->is_python && !k->is_stdlib;
}

static struct group *
intern_group(struct groups *out, struct island *is, uint64_t signature,
	     struct arena *a)
{
	struct group *group;
	size_t i;

	HASH_FIND(hh, out->table, &signature, sizeof signature, group);
	if (group)
		return group;
	group = arena_grab(a, sizeof *group);
	if (!group)
		return NULL;
	group->signature = signature;
	group->island = is->number;
	group->n_classes = is->n_classes;
	for (i = 0; i < is->n_classes; i++)
		group->classes[i].class = is->classes[i];
	HASH_ADD(hh, out->table, signature, sizeof signature, group);
	if (hash_was_full(&group->hh))
		return NULL;
	out->n++;
	return group;
}

struct source_block
groups_allocated(const struct source *s, const void *o)
{
	struct source_block block = {0};

	if (!s->find_block || !s->find_block(object_block(o), &block)) {
		block.is_startup = s->sees_all;
		block.is_unknown = s->sees_some;
		block.is_before = s->since_attach;
		block.is_old = s->only_new;
	}
	return block;
}

struct candidate {
	uint32_t i;
	const struct class *class;
	uint32_t stack;
};

/* By nothing that addresses decide: a leak of many cycles is one finding. */
static bool
is_better_head(const struct candidate *c, const struct candidate *best)
{
	int order;

	if (!best->class || c->class->rank != best->class->rank)
		return !best->class || c->class->rank > best->class->rank;
	if (c->class == best->class)
		return c->stack < best->stack;
	order = strcmp(c->class->name, best->class->name);
	return order ? order < 0 : c->class->id < best->class->id;
}

/* The member of the head component that names the finding best. */
static uint32_t
find_head(const struct island *is, const struct source *s,
	  struct classes *classes)
{
	const struct graph *g = is->g;
	struct candidate best = {.i = UINT32_MAX};
	uint32_t e;

	for (e = g->island_first[is->number];
	     e < g->island_first[is->number + 1]; e++) {
		struct candidate c = {.i = g->members[e]};
		void *o = graph_object(g, c.i);

		if (g->component[c.i] != g->head_component[is->number] ||
		    g->m->nodes[g->ids[c.i]].flags & NODE_FOLDED)
			continue;
		c.class = classes_intern(classes, o);
		if (!c.class)
			continue;
		c.stack = groups_allocated(s, o).stack;
		if (is_better_head(&c, &best))
			best = c;
	}
	/* A head that is nothing but a folded dict: take it all the same. */
	return best.class ? best.i : g->members[g->island_first[is->number]];
}

/*
 * After a mark, an island counts if what holds all of it together is younger, or
 * a part of that.  An old word in a block that was lost long ago may lead to
 * anything: the other members say nothing.
 */
static bool
is_asked_about(const struct source *s, const struct island *is)
{
	const struct graph *g = is->g;
	uint32_t e;

	if (!s->only_new)
		return true;
	for (e = g->island_first[is->number];
	     e < g->island_first[is->number + 1]; e++) {
		uint32_t i = g->members[e];

		if (g->component[i] == g->head_component[is->number] &&
		    !groups_allocated(s, graph_object(g, i)).is_old)
			return true;
	}
	return false;
}

/* Its numbers in the group it is in, if others may have it. */
static bool
add_kin(const struct source *s, const struct island *is, struct group *group,
	struct arena *a)
{
	struct kin_island like = {
		.objects = is->objects,
		.bytes = is->bytes,
		.classes = is->classes,
		.n_classes = is->n_classes,
	};

	return !kin_of_island(s, is->g, is->number, &like.id) ||
	       kin_add(&group->kin, a, &like);
}

static void
add_island(struct groups *out, struct island *is, const struct source *s,
	   struct classes *classes)
{
	struct source_block block;
	struct class *head_class;
	struct group *group;
	uint64_t signature;
	uint32_t head;
	size_t i;

	if (!count_members(is, classes)) {
		out->failed = true;
		return;
	}
	sort_classes(is);
	head = find_head(is, s, classes);
	head_class = classes_intern(classes, graph_object(is->g, head));
	block = groups_allocated(s, graph_object(is->g, head));
	signature =
		mix(mix(block.stack, block.is_startup | block.is_before << 1),
		    head_class ? head_class->id : 0);
	for (i = 0; i < is->n_classes; i++)
		signature = mix(signature, is->classes[i]->id + 1);
	if (s->by_epoch)
		signature = mix(signature, block.epoch);
	group = intern_group(out, is, signature, classes->arena);
	if (!group) {
		out->failed = true;
		return;
	}
	if (!group->count) {
		group->head = head;
		group->allocated = block;
		group->is_own = is_own_code(s, &block, head_class);
	}
	group->count++;
	group->objects += is->objects;
	group->bytes += is->bytes;
	out->failed |= !add_kin(s, is, group, classes->arena);
	for (i = 0; i < is->n_classes; i++) {
		group->classes[i].count += is->classes[i]->count;
		group->classes[i].bytes += is->classes[i]->bytes;
	}
}

void
groups_add(struct groups *out, const struct graph *g, struct mirror *m,
	   const struct source *s, struct classes *classes,
	   const uint32_t *verdict_of, uint32_t verdict)
{
	static uint64_t stamp; /* grows through all graphs of a check */
	uint32_t k;

	fold_dicts(g, m);
	for (k = 0; k < g->n_islands; k++) {
		struct island is = {.g = g, .number = k, .stamp = ++stamp};

		if ((verdict_of && verdict_of[k] != verdict) ||
		    !is_asked_about(s, &is))
			continue;
		add_island(out, &is, s, classes);
	}
}

void
groups_fini(struct groups *groups)
{
	HASH_CLEAR(hh, groups->table);
	groups->n = 0;
}
