#include "config.h"

#include "analysis/check/judge.h"

#include <string.h>

#include "analysis/base/sort.h"
#include "analysis/islands/shared.h"
#include "analysis/reach/preattach.h"
#include "common/options.h"
#include "report/kinds.h"
#include "report/order.h"

static const struct {
	enum finding_kind kind;
	enum finding_reason reason;
} words[VERDICTS] = {
	[VERDICT_LEGACY] = {FINDING_UNCOLLECTABLE, REASON_LEGACY_FINALIZER},
	[VERDICT_NOT_CLEARABLE] = {FINDING_UNCOLLECTABLE, REASON_NOT_CLEARABLE},
	[VERDICT_GARBAGE] = {FINDING_UNCOLLECTABLE, REASON_GARBAGE},
	[VERDICT_SAVEALL] = {FINDING_UNCOLLECTABLE, REASON_DEBUG_SAVEALL},
	[VERDICT_FROZEN] = {FINDING_UNREACHABLE, REASON_FROZEN},
	[VERDICT_GC_DISABLED] = {FINDING_UNREACHABLE, REASON_GC_DISABLED},
	[VERDICT_PENDING] = {FINDING_UNREACHABLE, REASON_PENDING},
};

enum verdict
judge_node(const struct source *s, const struct node *node)
{
	if (node->flags & NODE_LEGACY)
		return VERDICT_LEGACY;
	/*
	 * With DEBUG_SAVEALL the collector parks all garbage in gc.garbage;
	 * without it, only what the program itself put there gets to this line.
	 */
	if (node->flags & NODE_IN_GARBAGE)
		return s->saveall_seen ? VERDICT_SAVEALL : VERDICT_GARBAGE;
	/* No collection looks at these, so surviving one proves nothing. */
	if (node->flags & NODE_FROZEN)
		return VERDICT_FROZEN;
	if (node->flags & NODE_SURVIVED)
		return VERDICT_NOT_CLEARABLE;
	return s->gc_enabled == 0 ? VERDICT_GC_DISABLED : VERDICT_PENDING;
}

void
judge_words(enum verdict v, enum finding_kind *kind,
	    enum finding_reason *reason)
{
	*kind = words[v].kind;
	*reason = words[v].reason;
}

/* Made while a module of the library was imported: not the program's doing. */
static bool
is_from_import(const struct finding *f)
{
	size_t i;

	for (i = 0; i < f->n_python; i++) {
		const char *file = f->python[i].file;

		if (file && (strstr(file, "importlib._bootstrap") ||
			     strstr(file, "importlib/_bootstrap")))
			return true;
	}
	return false;
}

static bool
is_waiting_only(const struct finding *f)
{
	return f->kind == FINDING_UNREACHABLE && f->reason != REASON_FROZEN;
}

bool
judge_is_worth_printing(const struct source *s, const struct finding *f,
			bool is_own)
{
	if (strcmp(s->options->kinds, "auto"))
		return kinds_match(s->options->kinds, f->kind, f->reason);
	if (f->state == STATE_STARTUP)
		return false;
	if (!is_waiting_only(f) && f->kind != FINDING_COLLECTED)
		return true;
	if (f->n_finalizers || is_own)
		return true;
	/*
	 * With the collector disabled, what library calls leave behind is never
	 * freed either; only an import leaves its garbage just once.
	 */
	return f->reason == REASON_GC_DISABLED && !is_from_import(f);
}

/*
 * Sites that differ by a line have one name: their numbers add up, check by
 * check back to where the younger of them begins.
 */
static void
merge_growth(struct arena *a, struct finding *known, const struct finding *f)
{
	size_t n = known->n_growth_checks < f->n_growth_checks ?
			   known->n_growth_checks :
			   f->n_growth_checks;
	const int64_t *x = known->growth_checks + known->n_growth_checks - n;
	const int64_t *y = f->growth_checks + f->n_growth_checks - n;
	int64_t *checks = arena_array(a, n, sizeof *checks);
	size_t i;

	if (f->growth_age_seconds > known->growth_age_seconds)
		known->growth_age_seconds = f->growth_age_seconds;
	known->growth_checks = checks;
	known->n_growth_checks = checks ? n : 0;
	for (i = 0; checks && i < n; i++)
		checks[i] = x[i] + y[i];
}

static const struct report_type *
find_type(const struct finding *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->n_types; i++)
		if (!strcmp(f->types[i].name, name))
			return &f->types[i];
	return NULL;
}

/* Most have the same names; what hangs on objects that grow may differ. */
static void
merge_types(struct arena *a, struct finding *known, const struct finding *f)
{
	struct report_type *types =
		arena_array(a, known->n_types + f->n_types, sizeof *types);
	size_t i, n;

	if (!types)
		return;
	for (n = 0; n < known->n_types; n++) {
		const struct report_type *t =
			find_type(f, known->types[n].name);

		types[n] = known->types[n];
		if (t) {
			types[n].count += t->count;
			types[n].bytes += t->bytes;
		}
	}
	for (i = 0; i < f->n_types; i++)
		if (!find_type(known, f->types[i].name))
			types[n++] = f->types[i];
	known->types = types;
	known->n_types = n;
}

void
judge_merge(struct arena *a, struct finding *known, const struct finding *f)
{
	known->count += f->count;
	known->objects += f->objects;
	known->bytes += f->bytes;
	known->is_printed |= f->is_printed;
	shared_join(a, known, f);
	/* The worst of them is the example. */
	if (f->references_lost > known->references_lost) {
		known->refcount = f->refcount;
		known->references_found = f->references_found;
		known->references_lost = f->references_lost;
	}
	if (known->kind == FINDING_GROWTH)
		merge_growth(a, known, f);
	merge_types(a, known, f);
}

void
judge_order(struct finding *findings, size_t n)
{
	sort_array(findings, n, sizeof *findings, order_compare);
}

static void
leave_out(struct report *r, const struct finding *f, bool is_cut)
{
	struct report_sum *sums[] = {&r->rest[f->kind],
				     is_cut ? &r->cut[f->kind] : NULL};
	size_t i;

	for (i = 0; i < 2 && sums[i]; i++) {
		sums[i]->findings++;
		sums[i]->count += f->count;
		sums[i]->objects += f->objects;
		sums[i]->bytes += f->bytes;
	}
}

void
judge_finish(const struct options *o, struct report *r)
{
	int printed = 0;
	size_t i;

	memset(r->rest, 0, sizeof r->rest);
	memset(r->cut, 0, sizeof r->cut);
	for (i = 0; i < r->n_findings; i++) {
		struct finding *f = &r->findings[i];
		bool is_cut;

		f->is_failing = f->state == STATE_NEW &&
				kinds_fail(o->fail_on, f->kind, f->reason);
		/*
		 * What fails is shown whatever kinds= says, and so is what
		 * would fail without a rule or a baseline, because a gate looks
		 * for it.
		 */
		f->is_printed |= f->state != STATE_STARTUP &&
				 kinds_fail(o->fail_on, f->kind, f->reason);
		f->is_quiet = (f->state == STATE_KNOWN ||
			       f->state == STATE_SUPPRESSED) &&
			      strcmp(o->kinds, "all");
		is_cut = f->is_printed && printed++ >= o->max_findings;
		f->is_printed &= !is_cut;
		/* Pending garbage is a line of its own, if it does not fail. */
		if (!f->is_printed)
			leave_out(r, f,
				  is_cut && (f->is_failing ||
					     !is_waiting_only(f)));
	}
}

bool
judge_may_be_constants(const struct maps *maps, const struct group *group,
		       size_t kept)
{
	size_t i;

	for (i = 0; i < group->n_classes; i++)
		if (!preattach_is_constant(maps,
					   group->classes[i].class->address))
			return false;
	return (size_t)group->count <= kept;
}
