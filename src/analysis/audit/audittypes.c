#include "config.h"

#include "analysis/audit/audittypes.h"

#include "analysis/base/bigarray.h"
#include "analysis/base/sort.h"
#include "analysis/reach/blocks.h"
#include "analysis/reach/mark.h"
#include "analysis/reach/roots.h"
#include "analysis/reach/uncounted.h"
#include "python/auditable.h"
#include "python/interpreters.h"
#include "python/objects.h"

struct audit_word {
	struct audit_row *row;
	void *holder;
	node_id target;
};

/* ---- all words of the process ---- */

static void
count_words(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	struct audit *a = ctx;
	const uintptr_t *p;

	for (p = from; p < to; p++) {
		node_id id = auditpair_target(&a->pair, *p);

		if (id != NODE_NONE)
			a->words[id]++;
	}
}

/* A list's items are counted with the list, as far as they are in use. */
static int
claim_buffer(uintptr_t node, void *ctx)
{
	struct audit *a = ctx;
	void *o = reach_object(a->pair.r, node);
	struct span used;
	uintptr_t buffer = o ? reach_buffer(a->pair.r, o, &used) : 0;

	if (buffer)
		heap_note(&a->pair.r->g.heap, buffer, HEAP_OWNED);
	return 0;
}

static int
count_node(uintptr_t node, void *ctx)
{
	struct audit *a = ctx;
	const struct reach *r = a->pair.r;

	if (!heap_is(&r->g.heap, node, HEAP_OWNED) && !reach_is_dead(r, node))
		reach_words(r, node, count_words, a);
	return 0;
}

static void
count_all(struct audit *a, struct reach *r)
{
	heap_walk(&r->g.heap, claim_buffer, a);
	heap_walk(&r->g.heap, count_node, a);
	roots_visit(&r->g, ROOTS_STACKS, count_words, a);
	roots_visit(&r->g, ROOTS_OTHERS, count_words, a);
	count_words(r->notcloned->words, r->notcloned->words + r->notcloned->n,
		    a);
	uncounted_visit_all(r, count_words, a);
}

/* ---- those that are not visited ---- */

static struct audit_row *
intern(struct audit *a, void *type, intptr_t offset)
{
	struct audit_row like = {.key = {type, offset}}, *row;

	HASH_FIND(hh, a->rows, &like.key, sizeof like.key, row);
	if (row)
		return row;
	row = hash_pool_grab(sizeof *row);
	if (!row)
		return NULL;
	*row = like;
	HASH_ADD(hh, a->rows, key, sizeof row->key, row);
	if (hash_was_full(&row->hh)) {
		hash_pool_drop(row, sizeof *row);
		return NULL;
	}
	return row;
}

static void
add_word(void *o, intptr_t offset, node_id target, void *ctx)
{
	struct audit *a = ctx;
	struct audit_word *more;
	struct audit_row *row;

	if (!auditable_field(o, offset))
		return;
	row = intern(a, auditable_owner(o, offset), offset);
	more = bigarray_grow(a->found, a->n, &a->n_room, 4096, sizeof *more);
	a->found = more ? more : a->found;
	if (!row || !more) {
		a->failed = true;
		return;
	}
	a->found[a->n++] = (struct audit_word){row, o, target};
}

/* What takes part in no collection is on no list of the collector's. */
static int
pair_others(uintptr_t node, void *ctx)
{
	struct audit *a = ctx;
	void *o = reach_object(a->pair.r, node);

	if (o && !(type_flags(object_type(o)) & FLAG_HAVE_GC))
		auditpair_object(&a->pair, o, false);
	return reach_is_late((struct reach *)a->pair.r);
}

static void
pair_all(struct audit *a, struct reach *r)
{
	const struct mirror *m = a->pair.m;
	size_t i;

	for (i = 0; i < m->n && !reach_is_late(r); i++)
		auditpair_object(&a->pair, mirror_object(m, (node_id)i), true);
	heap_walk(&r->g.heap, pair_others, a);
}

/* ---- the verdict ---- */

enum { STRONG_FOR_ONE_BORROWED = 20 };

static int
compare(const void *a, const void *b)
{
	const struct audit_word *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return 0;
}

/*
 * n words of one field hold the same target.  They include all of its
 * references except those that other words may be, less the visits by other
 * objects (an object that visits what its parts hold, as a cache visits its
 * links').
 */
static void
judge(const struct audit *a, const struct audit_word *w, int64_t n)
{
	void *target = mirror_object(a->pair.m, w->target);
	int64_t refs = object_refcount(target);
	int64_t words = a->words[w->target];
	int64_t strong = refs - (words - n) - a->pair.wordless[w->target];

	if (!auditable_target(target, auditable_member(w->row->key.type,
						       w->row->key.offset)))
		return;
	if (a->pair.visits[w->target] >= refs) {
		w->row->borrowed += n;
	} else if (refs <= words && strong > 0) {
		w->row->strong += strong < n ? strong : n;
		w->row->targets++;
		w->row->holder = w->holder;
		w->row->target = target;
	}
}

bool
audit_is_proven(const struct audit_row *row)
{
	/*
	 * Some instance may end before the field (a datetime without tzinfo)
	 * and have an old word there.
	 */
	return row->borrowed <= row->strong / STRONG_FOR_ONE_BORROWED &&
	       row->targets > (interpreters_threads() > 1);
}

bool
audit_find(struct audit *a, struct reach *r, const struct mirror *m,
	   const char **why)
{
	size_t i, end;

	*a = (struct audit){0};
	*why = "no memory for the audit (RLIMIT_AS or the container's limit): "
	       "raise it";
	if (!auditpair_init(&a->pair, r, m))
		return false;
	a->pair.unvisited = add_word;
	a->pair.ctx = a;
	a->words = bigarray_map(m->n, sizeof *a->words);
	if (!a->words)
		return false;
	count_all(a, r);
	pair_all(a, r);
	if (a->failed)
		return false;
	if (r->gave_up) {
		*why = "the audit did not finish in time: timeout=SECONDS "
		       "gives it longer";
		return false;
	}
	sort_array(a->found, a->n, sizeof *a->found, compare);
	for (i = 0; i < a->n; i = end) {
		for (end = i + 1;
		     end < a->n && !compare(&a->found[i], &a->found[end]);
		     end++)
			;
		judge(a, &a->found[i], (int64_t)(end - i));
	}
	return true;
}

void
audit_fini(struct audit *a)
{
	struct audit_row *row, *next;

	HASH_ITER(hh, a->rows, row, next)
	{
		HASH_DEL(a->rows, row);
		hash_pool_drop(row, sizeof *row);
	}
	if (a->pair.m) {
		bigarray_unmap(a->words, a->pair.m->n, sizeof *a->words);
		auditpair_fini(&a->pair);
	}
	bigarray_unmap(a->found, a->n_room, sizeof *a->found);
}
