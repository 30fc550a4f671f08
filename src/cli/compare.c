#include "config.h"

#include "cli/compare.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "common/arena.h"
#include "common/hash.h"
#include "report/counts.h"
#include "report/report.h"

/* A finding by its fingerprint. */
struct named {
	const char *fingerprint;
	const struct finding *finding;
	UT_hash_handle hh;
};

static bool
is_compared(const struct finding *f)
{
	return f->state == STATE_NEW || f->state == STATE_KNOWN;
}

static struct named *
index_report(struct arena *a, const struct report *r)
{
	struct named *list = arena_array(a, r->n_findings, sizeof *list);
	struct named *table = NULL, *there;
	size_t i;

	if (!list)
		abort_for_memory();
	for (i = 0; i < r->n_findings; i++) {
		struct named *e = &list[i];

		e->fingerprint = r->findings[i].fingerprint;
		e->finding = &r->findings[i];
		HASH_FIND_STR(table, e->fingerprint, there);
		if (!there) {
			HASH_ADD_KEYPTR(hh, table, e->fingerprint,
					strlen(e->fingerprint), e);
			if (hash_was_full(&e->hh))
				abort_for_memory();
		} else if (is_compared(e->finding)) {
			there->finding = e->finding;
		}
	}
	return table;
}

static const struct finding *
find(struct named *table, const struct finding *f)
{
	struct named *e;

	HASH_FIND_STR(table, f->fingerprint, e);
	return e ? e->finding : NULL;
}

static void
add(struct compare *c, enum compare_class class, const struct finding *before,
    const struct finding *after)
{
	c->pairs[c->n++] = (struct compare_pair){class, before, after};
	c->counts[class]++;
}

/* qsort(3) is not stable: by class, then as they stood. */
static int
compare_pairs(const void *a, const void *b)
{
	const struct compare_pair *x = a, *y = b;
	const struct finding *f = x->after ? x->after : x->before;
	const struct finding *g = y->after ? y->after : y->before;

	if (x->class != y->class)
		return (int)x->class - (int)y->class;
	return f < g ? -1 : f > g;
}

void
compare_reports(struct arena *a, const struct report *before,
		const struct report *after, struct compare *out)
{
	struct named *old = index_report(a, before);
	struct named *new = index_report(a, after);
	size_t i;

	memset(out, 0, sizeof *out);
	out->pairs = arena_array(a, before->n_findings + after->n_findings,
				 sizeof *out->pairs);
	if (!out->pairs)
		abort_for_memory();
	for (i = 0; i < after->n_findings; i++) {
		const struct finding *f = &after->findings[i];
		const struct finding *was = find(old, f);

		if (!is_compared(f))
			continue;
		if (!was || !is_compared(was))
			add(out, COMPARE_NEW, NULL, f);
		else
			add(out,
			    counts_have_grown(was, f) ? COMPARE_GROWN :
							COMPARE_KNOWN,
			    was, f);
	}
	for (i = 0; i < before->n_findings; i++) {
		const struct finding *f = &before->findings[i];

		if (is_compared(f) && !find(new, f))
			add(out, COMPARE_FIXED, f, NULL);
	}
	qsort(out->pairs, out->n, sizeof *out->pairs, compare_pairs);
	HASH_CLEAR(hh, old);
	HASH_CLEAR(hh, new);
}
