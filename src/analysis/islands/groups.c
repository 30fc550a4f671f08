#include "config.h"

#include "analysis/islands/groups.h"

#include <string.h>

#include "analysis/islands/causes.h"
#include "python/edges.h"
#include "python/objects.h"
#include "python/sizes.h"
#include "report/fingerprint.h"

/* What is gathered about one island before its group is known. */
struct island {
	const struct graph *g;
	struct measure *measure;
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
		uint32_t at =
			dict ? graph_find(g, (uintptr_t)dict) : UINT32_MAX;

		if (at != UINT32_MAX && g->island[at] == g->island[i] &&
		    at != i)
			m->nodes[g->ids[at]].flags |= NODE_FOLDED;
	}
}

/* An attribute dict's bytes count for its owner, whose class this is. */
static int64_t
bytes_with_dict(struct measure *w, const struct graph *g, void *o)
{
	void *dict = attribute_dict(o);
	int64_t n = measure_object(w, o);
	uint32_t at = dict ? graph_find(g, (uintptr_t)dict) : UINT32_MAX;

	if (at != UINT32_MAX && g->m->nodes[g->ids[at]].flags & NODE_FOLDED)
		n += measure_object(w, dict) - object_values_bytes(dict, o);
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
		bytes = bytes_with_dict(is->measure, g, o);
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
intern_group(struct groups *out, uint64_t signature, struct arena *a)
{
	struct group *group;

	HASH_FIND(hh, out->table, &signature, sizeof signature, group);
	if (group)
		return group;
	group = arena_grab(a, sizeof *group);
	if (!group)
		return NULL;
	group->signature = signature;
	HASH_ADD(hh, out->table, signature, sizeof signature, group);
	if (hash_was_full(&group->hh))
		return NULL;
	out->n++;
	return group;
}

/* Islands of one cause may differ in what hangs off. */
static void
add_class(struct group *group, struct class *k)
{
	size_t i;

	for (i = 0; i < group->n_classes; i++)
		if (group->classes[i].class == k)
			break;
	if (i == GROUP_MAX_CLASSES)
		return;
	group->n_classes += i == group->n_classes;
	group->classes[i].class = k;
	group->classes[i].count += k->count;
	group->classes[i].bytes += k->bytes;
}

/*
 * After a mark, an island counts if what holds it together is younger, or a
 * part of that.  The other members prove nothing, because a stale word in a
 * block that was lost long ago may lead to anything.
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
		    !source_allocated(s, graph_object(g, i)).is_old)
			return true;
	}
	return false;
}

/* Its numbers in the group it is in, if others may have it. */
static bool
add_kin(const struct source *s, const struct island *is, struct group *group,
	struct arena *a)
{
	struct shared_island like = {
		.objects = is->objects,
		.bytes = is->bytes,
		.classes = is->classes,
		.n_classes = is->n_classes,
	};

	return !shared_of_island(s, is->g, is->number, &like.id) ||
	       shared_add(&group->shared, a, &like);
}

/* Equal for islands of one cause; fingerprints may join what differs here. */
static uint64_t
sign(const struct source *s, const struct graph *g, struct classes *classes,
     const struct cause *cause)
{
	const struct source_block *b = &cause->allocated;
	uint64_t h = mix(mix(b->stack, b->is_startup | b->is_before << 1),
			 cause->class->id);
	size_t i;

	if (s->by_epoch)
		h = mix(h, b->epoch);
	if (s->keeps_apart)
		h = mix(h, cause->head);
	for (i = 1; i < cause->n_ring; i++) {
		const struct class *k = classes_intern(
			classes, graph_object(g, cause->ring[i]));

		h = mix(h, k ? k->id + 1 : 0);
	}
	return h;
}

/* The first of its group. */
static bool
make_example(struct group *group, const struct island *is,
	     const struct source *s, const struct cause *cause, struct arena *a)
{
	uint32_t *ring = arena_array(a, cause->n_ring + 1, sizeof *ring);

	if (!ring)
		return false;
	if (cause->n_ring)
		memcpy(ring, cause->ring, cause->n_ring * sizeof *ring);
	group->island = is->number;
	group->head = cause->head;
	group->ring = ring;
	group->n_ring = cause->n_ring;
	group->allocated = cause->allocated;
	group->is_own = is_own_code(s, &cause->allocated, cause->class);
	return true;
}

static bool
add_island(struct groups *out, struct island *is, const struct source *s,
	   struct causes *causes)
{
	struct classes *classes = causes->classes;
	struct cause cause;
	struct group *group;
	size_t i;

	if (!count_members(is, classes) ||
	    !causes_find(causes, is->number, &cause))
		return false;
	group = intern_group(out, sign(s, is->g, classes, &cause),
			     classes->arena);
	if (!group || (!group->count &&
		       !make_example(group, is, s, &cause, classes->arena)))
		return false;
	group->count++;
	group->objects += is->objects;
	group->bytes += is->bytes;
	for (i = 0; i < is->n_classes; i++)
		add_class(group, is->classes[i]);
	return add_kin(s, is, group, classes->arena);
}

void
groups_add(struct groups *out, const struct graph *g, struct mirror *m,
	   const struct source *s, struct classes *classes,
	   const uint32_t *verdict_of, uint32_t verdict)
{
	static uint64_t stamp; /* grows through all graphs of a check */
	struct causes causes;
	uint32_t k;

	if (!causes_init(&causes, g, s, classes)) {
		causes_fini(&causes);
		out->failed = true;
		return;
	}
	causes.has_surplus = out->has_surplus;
	causes.lost = out->lost;
	fold_dicts(g, m);
	for (k = 0; k < g->n_islands; k++) {
		struct island is = {
			.g = g, .measure = &out->measure, .number = k};

		is.stamp = ++stamp;
		if ((verdict_of && verdict_of[k] != verdict) ||
		    !is_asked_about(s, &is))
			continue;
		out->failed |= !add_island(out, &is, s, &causes);
	}
	causes_fini(&causes);
}

void
groups_fini(struct groups *groups)
{
	HASH_CLEAR(hh, groups->table);
	measure_fini(&groups->measure);
	groups->n = 0;
}
