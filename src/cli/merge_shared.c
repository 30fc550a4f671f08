#include "config.h"

#include "cli/merge_shared.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/merge_value.h"
#include "common/arena.h"
#include "common/buf.h"
#include "common/hash.h"

struct merge_shape {
	char *key; /* all that it is, as text: of two the lesser counts */
	struct report_shared row; /* its names are copies, and sorted */
	uint64_t *ids;            /* while a result is made */
	size_t n;
	UT_hash_handle hh;
};

struct merge_id {
	uint64_t id; /* the key */
	struct merge_shape *shape;
	UT_hash_handle hh;
};

static int
compare_types(const void *x, const void *y)
{
	const struct report_type *a = x, *b = y;

	return strcmp(a->name, b->name);
}

/* A unit separator parts the fields: no name of a file or type has it. */
static void
put_key(struct buf *key, const struct report_shared *row)
{
	size_t i;

	buf_printf(key, "%ld\x1f%ld", row->objects, row->bytes);
	for (i = 0; i < row->n_types; i++)
		buf_printf(
			key, "\x1f%s\x1f%ld\x1f%ld\x1f%s", row->types[i].name,
			row->types[i].count, row->types[i].bytes,
			row->types[i].module_file ? row->types[i].module_file :
						    "");
}

static struct report_type *
sort_types(const struct report_shared *row)
{
	struct report_type *types = calloc(row->n_types + 1, sizeof *types);

	if (!types)
		abort_for_memory();
	if (row->n_types)
		memcpy(types, row->types, row->n_types * sizeof *types);
	qsort(types, row->n_types, sizeof *types, compare_types);
	return types;
}

static struct merge_shape *
new_shape(struct merge_shared *s, const char *key,
	  const struct report_shared *row)
{
	struct merge_shape *shape = calloc(1, sizeof *shape);
	struct report_type *types = sort_types(row);
	size_t i;

	if (!shape)
		abort_for_memory();
	for (i = 0; i < row->n_types; i++) {
		types[i].name = merge_copy(types[i].name);
		types[i].module_file = merge_copy(types[i].module_file);
	}
	shape->key = merge_copy(key);
	shape->row = *row;
	shape->row.types = types;
	HASH_ADD_KEYPTR(hh, s->shapes, shape->key, strlen(shape->key), shape);
	if (hash_was_full(&shape->hh))
		abort_for_memory();
	return shape;
}

static struct merge_shape *
intern_shape(struct merge_shared *s, const struct report_shared *row)
{
	struct report_shared sorted = *row;
	struct report_type *types = sort_types(row);
	struct merge_shape *shape;
	struct buf key;

	sorted.types = types;
	buf_init(&key);
	put_key(&key, &sorted);
	if (key.failed)
		abort_for_memory();
	HASH_FIND_STR(s->shapes, buf_string(&key), shape);
	if (!shape)
		shape = new_shape(s, buf_string(&key), &sorted);
	buf_fini(&key);
	free(types);
	return shape;
}

static void
add_id(struct merge_shared *s, uint64_t id, struct merge_shape *shape)
{
	struct merge_id *e;

	HASH_FIND(hh, s->ids, &id, sizeof id, e);
	if (e) {
		if (strcmp(shape->key, e->shape->key) < 0)
			e->shape = shape;
		return;
	}
	e = calloc(1, sizeof *e);
	if (!e)
		abort_for_memory();
	e->id = id;
	e->shape = shape;
	HASH_ADD(hh, s->ids, id, sizeof id, e);
	if (hash_was_full(&e->hh))
		abort_for_memory();
}

void
merge_shared_add(struct merge_shared *s, const struct finding *f)
{
	size_t i, k;

	for (i = 0; i < f->n_shared; i++) {
		struct merge_shape *shape = intern_shape(s, &f->shared[i]);

		for (k = 0; k < f->shared[i].n_ids; k++)
			add_id(s, f->shared[i].ids[k], shape);
	}
}

/* ---- the result ---- */

static int
compare_shapes(const struct merge_shape *x, const struct merge_shape *y)
{
	return strcmp(x->key, y->key);
}

static int
compare_ids(const struct merge_id *x, const struct merge_id *y)
{
	return x->id < y->id ? -1 : x->id > y->id;
}

static void
hand_out_ids(struct merge_shared *s, struct arena *a)
{
	struct merge_shape *shape;
	struct merge_id *e;

	for (shape = s->shapes; shape; shape = shape->hh.next)
		shape->n = 0;
	for (e = s->ids; e; e = e->hh.next)
		e->shape->n++;
	for (shape = s->shapes; shape; shape = shape->hh.next) {
		shape->ids = arena_array(a, shape->n, sizeof *shape->ids);
		if (!shape->ids)
			abort_for_memory();
		shape->n = 0;
	}
	for (e = s->ids; e; e = e->hh.next)
		e->shape->ids[e->shape->n++] = e->id;
}

void
merge_shared_result(struct merge_shared *s, struct arena *a,
		    struct finding *out)
{
	struct merge_shape *shape;
	struct report_shared *rows;

	out->shared = NULL;
	out->n_shared = 0;
	if (!s->ids)
		return;
	HASH_SORT(s->shapes, compare_shapes);
	HASH_SORT(s->ids, compare_ids);
	hand_out_ids(s, a);
	rows = arena_array(a, HASH_COUNT(s->shapes), sizeof *rows);
	if (!rows)
		abort_for_memory();
	for (shape = s->shapes; shape; shape = shape->hh.next) {
		if (!shape->n)
			continue; /* another was chosen for each of them */
		rows[out->n_shared] = shape->row;
		rows[out->n_shared].ids = shape->ids;
		rows[out->n_shared++].n_ids = shape->n;
	}
	out->shared = rows;
}

static void
free_shape(struct merge_shape *shape)
{
	struct report_type *types = (struct report_type *)shape->row.types;
	size_t i;

	for (i = 0; i < shape->row.n_types; i++) {
		free((char *)types[i].name);
		free((char *)types[i].module_file);
	}
	free(types);
	free(shape->key);
	free(shape);
}

void
merge_shared_free(struct merge_shared *s)
{
	struct merge_shape *shape, *next;
	struct merge_id *e, *after;

	HASH_ITER(hh, s->ids, e, after)
	{
		HASH_DEL(s->ids, e); /* NOLINT: freed below, and not before */
		free(e);
	}
	HASH_ITER(hh, s->shapes, shape, next)
	{
		HASH_DEL(s->shapes, shape);
		free_shape(shape);
	}
}
