#include "config.h"

#include "cli/merge.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/merge_head.h"
#include "cli/merge_shared.h"
#include "cli/merge_value.h"
#include "cli/read_finding.h"
#include "common/buf.h"
#include "common/hash.h"
#include "report/json_finding.h"
#include "report/jsonwriter.h"
#include "report/order.h"
#include "report/sums.h"

struct type {
	char *name, *file;
	int64_t count, bytes;
};

/*
 * All findings of one fingerprint.  The one whose JSON text is the least is
 * shown; so it is kept, as text, and read again at the end.
 */
struct entry {
	struct {
		char fingerprint[sizeof((struct finding *)0)->fingerprint];
		int reason;
		int is_startup; /* older than the program: never counts */
	} key;
	enum finding_state state;
	/* Without those that are shared: they are added at the end. */
	int64_t count, objects, bytes;
	struct merge_shared shared;
	struct type *types;
	size_t n_types;
	/* Of growth: of so many checks all have told. */
	int64_t *checks;
	size_t n_checks;
	double age_seconds;
	char *text;
	UT_hash_handle hh;
};

struct merge {
	struct merge_head head;
	struct entry *table;
	struct buf text; /* of one finding, for a moment */
};

struct merge *
merge_new(void)
{
	struct merge *m = calloc(1, sizeof *m);

	if (!m)
		abort_for_memory();
	return m;
}

size_t
merge_count(const struct merge *m)
{
	return m->head.n;
}

static void *
grow(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n, size);
	if (!p)
		abort_for_memory();
	return p;
}

/* ---- the types: their numbers add up ---- */

static int
compare_types(const void *a, const void *b)
{
	return strcmp(((const struct type *)a)->name,
		      ((const struct type *)b)->name);
}

/* Has the finding just these, in this order? */
static bool
has_same_types(const struct entry *e, const struct finding *f)
{
	size_t i;

	if (e->n_types != f->n_types)
		return false;
	for (i = 0; i < e->n_types; i++)
		if (strcmp(e->types[i].name, f->types[i].name))
			return false;
	return true;
}

static struct type *
intern_type(struct entry *e, const char *name)
{
	size_t i;

	for (i = 0; i < e->n_types; i++)
		if (!strcmp(e->types[i].name, name))
			return &e->types[i];
	e->types = grow(e->types, e->n_types + 1, sizeof *e->types);
	e->types[e->n_types] = (struct type){.name = merge_copy(name)};
	return &e->types[e->n_types++];
}

/* The head comes first: the same one, or the lesser of two. */
static void
choose_head(struct entry *e, const struct finding *f)
{
	struct type *t, head;

	if (!f->n_types ||
	    (e->n_types && strcmp(e->types[0].name, f->types[0].name) <= 0))
		return;
	t = intern_type(e, f->types[0].name);
	head = *t;
	*t = e->types[0];
	e->types[0] = head;
}

static void
add_types(struct entry *e, const struct finding *f, bool is_new)
{
	bool is_same = is_new || has_same_types(e, f);
	size_t i;

	if (!is_same)
		choose_head(e, f);

	for (i = 0; i < f->n_types; i++) {
		const struct report_type *from = &f->types[i];
		struct type *t = intern_type(e, from->name);

		sums_add(&t->count, from->count);
		sums_add(&t->bytes, from->bytes);
		if (from->module_file &&
		    (!t->file || strcmp(from->module_file, t->file) < 0)) {
			free(t->file);
			t->file = merge_copy(from->module_file);
		}
	}
	/* An order that does not depend on which came first. */
	if (!is_same && e->n_types)
		qsort(e->types + 1, e->n_types - 1, sizeof *e->types,
		      compare_types);
}

/* ---- what processes have from before a fork ---- */

/* What n islands have, more or less: a report may say anything. */
static void
add_times(int64_t *to, int64_t each, size_t n, int sign)
{
	int64_t product;

	if (*to == REPORT_UNKNOWN || each == REPORT_UNKNOWN)
		*to = REPORT_UNKNOWN;
	else if (__builtin_mul_overflow(each, (int64_t)n * sign, &product) ||
		 __builtin_add_overflow(*to, product, to))
		*to = sign < 0 ? 0 : INT64_MAX;
}

static void
add_shared(struct entry *e, const struct finding *f, int sign)
{
	size_t i, k;

	for (i = 0; i < f->n_shared; i++) {
		const struct report_shared *s = &f->shared[i];

		add_times(&e->count, 1, s->n_ids, sign);
		add_times(&e->objects, s->objects, s->n_ids, sign);
		add_times(&e->bytes, s->bytes, s->n_ids, sign);
		for (k = 0; k < s->n_types; k++) {
			struct type *t = intern_type(e, s->types[k].name);

			add_times(&t->count, s->types[k].count, s->n_ids, sign);
			add_times(&t->bytes, s->types[k].bytes, s->n_ids, sign);
		}
	}
}

/* ---- growth: check by check ---- */

/*
 * They end with the last check of each process; checks that only some had
 * before are dropped.
 */
static void
add_checks(struct entry *e, const struct finding *f, bool is_new)
{
	size_t n = f->n_growth_checks, i;

	if (is_new) {
		e->checks = grow(NULL, n + 1, sizeof *e->checks);
		memset(e->checks, 0, (n + 1) * sizeof *e->checks);
		e->n_checks = n;
		e->age_seconds = -1;
	}
	if (n < e->n_checks) {
		memmove(e->checks, e->checks + (e->n_checks - n),
			n * sizeof *e->checks);
		e->n_checks = n;
	}
	for (i = 0; i < e->n_checks; i++)
		sums_add(&e->checks[i], f->growth_checks[n - e->n_checks + i]);
	if (f->growth_age_seconds > e->age_seconds)
		e->age_seconds = f->growth_age_seconds;
}

static void
fill_growth(struct arena *a, const struct entry *e, struct finding *f)
{
	int64_t *checks = arena_array(a, e->n_checks, sizeof *checks);

	if (!checks)
		abort_for_memory();
	if (e->n_checks)
		memcpy(checks, e->checks, e->n_checks * sizeof *checks);
	f->growth_checks = checks;
	f->n_growth_checks = e->n_checks;
	f->growth_age_seconds = e->age_seconds;
}

/* ---- findings ---- */

/* The finding without what adds up. */
static const char *
text_of(struct merge *m, const struct finding *f)
{
	struct finding rest = *f;
	struct jsonwriter w = {.out = &m->text};

	rest.count = rest.objects = rest.bytes = 0;
	rest.state = STATE_NEW;
	rest.n_types = rest.n_shared = rest.n_growth_checks = 0;
	rest.growth_age_seconds = -1;
	buf_clear(&m->text);
	json_finding(&w, &rest, false);
	if (m->text.failed)
		abort_for_memory();
	return buf_string(&m->text);
}

static struct entry *
intern(struct merge *m, const struct finding *f, bool *is_new)
{
	struct entry *e, *like = calloc(1, sizeof *like);

	if (!like)
		abort_for_memory();
	strcpy(like->key.fingerprint, f->fingerprint);
	like->key.reason = f->reason;
	like->key.is_startup = f->state == STATE_STARTUP;
	HASH_FIND(hh, m->table, &like->key, sizeof like->key, e);
	*is_new = !e;
	if (e) {
		free(like);
		return e;
	}
	HASH_ADD(hh, m->table, key, sizeof like->key, like);
	if (hash_was_full(&like->hh))
		abort_for_memory();
	return like;
}

static void
add_finding(struct merge *m, const struct finding *f)
{
	const char *text = text_of(m, f);
	bool is_new;
	struct entry *e = intern(m, f, &is_new);

	/* New in one of them is new: the states are in that order. */
	if (is_new || f->state < e->state)
		e->state = f->state;
	sums_add(&e->count, f->count);
	sums_add(&e->objects, f->objects);
	sums_add(&e->bytes, f->bytes);
	add_types(e, f, is_new);
	add_checks(e, f, is_new);
	add_shared(e, f, -1);
	merge_shared_add(&e->shared, f);
	if (e->text && strcmp(text, e->text) >= 0)
		return;
	free(e->text);
	e->text = merge_copy(text);
}

void
merge_add(struct merge *m, const struct report *r)
{
	size_t i;

	merge_head_add(&m->head, r);
	for (i = 0; i < r->n_findings; i++)
		add_finding(m, &r->findings[i]);
}

/* Below 0: a report said that some had more than all. */
static int64_t
at_least_0(int64_t v)
{
	return v < 0 && v != REPORT_UNKNOWN ? 0 : v;
}

static void
fill_types(struct arena *a, const struct entry *e, struct finding *f)
{
	struct report_type *types = arena_array(a, e->n_types, sizeof *types);
	size_t i;

	if (!types)
		abort_for_memory();
	for (i = 0; i < e->n_types; i++) {
		types[i].name = e->types[i].name;
		types[i].module_file = e->types[i].file;
		types[i].count = at_least_0(e->types[i].count);
		types[i].bytes = at_least_0(e->types[i].bytes);
	}
	f->types = types;
	f->n_types = e->n_types;
}

static void
fill(struct arena *a, struct entry *e, struct finding *f)
{
	struct reader r = {.arena = a};
	json_t *root = json_loads(e->text, 0, NULL);

	read_finding(&r, root, f);
	json_decref(root);
	if (!root || r.problem)
		abort_for_memory();
	merge_shared_result(&e->shared, a, f);
	add_shared(e, f, 1);
	f->count = e->count;
	f->objects = e->objects;
	f->bytes = e->bytes;
	f->state = e->state;
	f->is_quiet = f->state == STATE_KNOWN || f->state == STATE_SUPPRESSED;
	fill_types(a, e, f);
	fill_growth(a, e, f);
}

void
merge_result(struct merge *m, struct arena *a, struct report *out)
{
	struct entry *e;

	merge_head_result(&m->head, a, out);
	out->findings =
		arena_array(a, HASH_COUNT(m->table), sizeof *out->findings);
	if (!out->findings)
		abort_for_memory();
	for (e = m->table; e; e = e->hh.next)
		fill(a, e, &out->findings[out->n_findings++]);
	qsort(out->findings, out->n_findings, sizeof *out->findings,
	      order_compare);
}

void
merge_free(struct merge *m)
{
	struct entry *e, *next;
	size_t i;

	HASH_ITER(hh, m->table, e, next)
	{
		HASH_DEL(m->table, e); /* NOLINT: freed below, and not before */
		for (i = 0; i < e->n_types; i++) {
			free(e->types[i].name);
			free(e->types[i].file);
		}
		free(e->types);
		free(e->checks);
		free(e->text);
		merge_shared_free(&e->shared);
		free(e);
	}
	merge_head_fini(&m->head);
	buf_fini(&m->text);
	free(m);
}
