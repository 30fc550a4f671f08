#include "config.h"

#include "analysis/islands/shared.h"

#include <string.h>

#include "analysis/islands/groups.h"
#include "common/hash.h"
#include "common/siphash.h"
#include "python/objects.h"

enum { MOST_CONTENT = 1024 };

/* Islands of a group with the same counts of everything. */
struct shared_islands {
	uint64_t shape; /* the key */
	struct report_shared row;
	uint64_t *ids;
	size_t n_room;
	UT_hash_handle hh;
};

static int64_t n_ids;

void
shared_begin(void)
{
	n_ids = 0;
}

int64_t
shared_dropped(void)
{
	return n_ids > SHARED_MOST ? n_ids - SHARED_MOST : 0;
}

/*
 * What follows the type in its fixed part.  Not the reference count: a
 * collection puts some objects into gc.garbage.
 */
static uint64_t
content_of(const struct source *s, const void *o)
{
	uint64_t words[MOST_CONTENT / sizeof(uint64_t)];
	size_t size = object_word(object_type(o), TP_BASICSIZE), n = 0, at;

	if (size > MOST_CONTENT)
		size = MOST_CONTENT;
	for (at = OB_TYPE; at + sizeof *words <= size; at += sizeof *words)
		words[n++] = object_word(o, at);
	return siphash(s->shared_key, words, n);
}

static bool
find_owner(const struct source *s, const void *o, uint64_t *owner)
{
	struct source_block b = source_allocated(s, o);

	return s->find_kin(b.stack, owner);
}

bool
shared_of_object(const struct source *s, const void *o, uint64_t *id)
{
	uint64_t words[4] = {(uintptr_t)o, (uintptr_t)object_type(o), 0, 0};

	if (!s->find_kin || !find_owner(s, o, &words[2]))
		return false;
	if (!words[2])
		words[3] = content_of(s, o);
	*id = siphash(s->shared_key, words, 4);
	return true;
}

/*
 * Its ID comes from the lowest address of what holds it together: which member
 * the finding names depends on the order of the collector's lists.  What one
 * process has added is not part of the others' islands.
 */
bool
shared_of_island(const struct source *s, const struct graph *g, uint32_t island,
		 uint64_t *id)
{
	const void *lowest = NULL;
	uint64_t owner;
	uint32_t e;

	if (!s->find_kin)
		return false;
	for (e = g->island_first[island]; e < g->island_first[island + 1];
	     e++) {
		uint32_t i = g->members[e];
		const void *o = graph_object(g, i);

		if (g->component[i] != g->head_component[island])
			continue;
		if (!find_owner(s, o, &owner))
			return false;
		if (!lowest || o < lowest)
			lowest = o;
	}
	return lowest && shared_of_object(s, lowest, id);
}

/* ---- rows ---- */

static uint64_t
mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0xff51afd7ed558ccdULL;
	return h ^ h >> 32;
}

static uint64_t
shape_of(const struct shared_island *is)
{
	uint64_t h = mix((uint64_t)is->objects, (uint64_t)is->bytes);
	size_t i;

	for (i = 0; i < is->n_classes; i++) {
		h = mix(h, is->classes[i]->id);
		h = mix(h, (uint64_t)is->classes[i]->count);
		h = mix(h, (uint64_t)is->classes[i]->bytes);
	}
	return h;
}

static struct shared_islands *
new_row(struct arena *a, const struct shared_island *is)
{
	struct shared_islands *k = arena_grab(a, sizeof *k);
	struct report_type *types =
		arena_array(a, is->n_classes, sizeof *types);
	size_t i;

	if (!k || !types)
		return NULL;
	for (i = 0; i < is->n_classes; i++)
		types[i] = (struct report_type){
			.name = is->classes[i]->name,
			.count = is->classes[i]->count,
			.bytes = is->classes[i]->bytes,
			.module_file = is->classes[i]->module_file,
		};
	k->row = (struct report_shared){
		.objects = is->objects,
		.bytes = is->bytes,
		.types = types,
		.n_types = is->n_classes,
	};
	return k;
}

static bool
add_id(struct shared_islands *k, struct arena *a, uint64_t id)
{
	if (k->row.n_ids == k->n_room) {
		size_t room = k->n_room ? k->n_room * 2 : 16;
		uint64_t *more = arena_array(a, room, sizeof *more);

		if (!more)
			return false;
		if (k->row.n_ids)
			memcpy(more, k->ids, k->row.n_ids * sizeof *more);
		k->ids = more;
		k->n_room = room;
	}
	k->ids[k->row.n_ids++] = id;
	return true;
}

bool
shared_add(struct shared_islands **table, struct arena *a,
	   const struct shared_island *is)
{
	uint64_t shape = shape_of(is);
	struct shared_islands *k;

	if (n_ids++ >= SHARED_MOST)
		return true;
	HASH_FIND(hh, *table, &shape, sizeof shape, k);
	if (k)
		return add_id(k, a, is->id);
	k = new_row(a, is);
	if (!k)
		return false;
	k->shape = shape;
	HASH_ADD(hh, *table, shape, sizeof shape, k);
	return !hash_was_full(&k->hh) && add_id(k, a, is->id);
}

bool
shared_describe(struct shared_islands **table, struct arena *a,
		struct finding *out)
{
	size_t n = HASH_COUNT(*table);
	struct report_shared *rows = n ? arena_array(a, n, sizeof *rows) : NULL;
	struct shared_islands *k, *next;

	out->shared = rows;
	out->n_shared = 0;
	HASH_ITER(hh, *table, k, next)
	{
		k->row.ids = k->ids;
		if (rows)
			rows[out->n_shared++] = k->row;
	}
	HASH_CLEAR(hh, *table);
	return rows || !n;
}

void
shared_join(struct arena *a, struct finding *known, const struct finding *f)
{
	size_t n = known->n_shared + f->n_shared;
	struct report_shared *rows;

	if (!f->n_shared)
		return;
	rows = arena_array(a, n, sizeof *rows);
	if (!rows)
		return;
	if (known->n_shared)
		memcpy(rows, known->shared, known->n_shared * sizeof *rows);
	memcpy(rows + known->n_shared, f->shared, f->n_shared * sizeof *rows);
	known->shared = rows;
	known->n_shared = n;
}
