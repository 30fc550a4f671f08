#include "config.h"

#include "analysis/check/check.h"

#include <string.h>

#include "analysis/audit/auditrows.h"
#include "analysis/base/bigarray.h"
#include "analysis/check/judge.h"
#include "analysis/check/resurrected.h"
#include "analysis/check/surplus.h"
#include "analysis/check/unfreed.h"
#include "analysis/growth/growth.h"
#include "analysis/islands/describe.h"
#include "analysis/islands/shared.h"
#include "analysis/reach/memory.h"
#include "analysis/reach/preattach.h"
#include "python/edges.h"
#include "python/objects.h"
#include "report/advice.h"
#include "report/filter.h"
#include "report/fingerprint.h"

/* Room for one more finding, zeroed; NULL when memory is out. */
static struct finding *
add_finding(struct check *c)
{
	if (c->n_findings == c->n_room) {
		size_t room = c->n_room ? c->n_room * 2 : 64;
		struct finding *more =
			arena_array(&c->world.arena, room, sizeof *more);

		if (!more) {
			c->failed = true;
			return NULL;
		}
		if (c->n_findings)
			memcpy(more, c->findings, c->n_findings * sizeof *more);
		c->findings = more;
		c->n_room = room;
	}
	return &c->findings[c->n_findings];
}

/* Equal fingerprints are one finding, and their numbers add up. */
static bool
merge_into_known(struct check *c, const struct finding *f)
{
	size_t i;

	if (c->world.source->keeps_apart)
		return false;
	for (i = 0; i < c->n_findings; i++) {
		struct finding *known = &c->findings[i];

		if (strcmp(known->fingerprint, f->fingerprint) ||
		    known->state != f->state)
			continue;
		judge_merge(&c->world.arena, known, f);
		return true;
	}
	return false;
}

/*
 * Was it allocated by leakshim.py, for a report?  That is not reported.  Its
 * frame is then the innermost one outside the standard library.
 */
static bool
is_ours(const struct check *c, const struct finding *f)
{
	size_t i;

	for (i = 0; i < f->n_python; i++) {
		const char *file = f->python[i].file, *slash;

		if (!file || is_stdlib_file(file, c->world.source->stdlib))
			continue;
		slash = strrchr(file, '/');
		file = slash ? slash + 1 : file;
		return !strcmp(file, "leakshim.py") ||
		       !strcmp(file, "pytest_leakshim.py");
	}
	return false;
}

static void
keep_finding(struct check *c, struct finding *f)
{
	const struct source *s = c->world.source;

	if (is_ours(c, f))
		return;
	fingerprint_make(f, s->stdlib, s->cwd);
	if (merge_into_known(c, f))
		return;
	f->advice = advice_for(&c->world.arena, f, layout->is_python3);
	c->n_findings++;
}

/* The group as a finding, without its kind; NULL: no memory. */
static struct finding *
describe(struct check *c, const struct graph *g, struct group *group)
{
	struct finding *f = add_finding(c);

	if (!f || !describe_group(&c->world.arena, c->world.source,
				  &c->world.classes, g, group, f)) {
		c->failed = true;
		return NULL;
	}
	return f;
}

static void
add_group(struct check *c, struct finding *f, const struct group *group,
	  enum finding_kind kind, enum finding_reason reason)
{
	f->kind = kind;
	f->reason = reason;
	f->state = group->allocated.is_startup ? STATE_STARTUP : STATE_NEW;
	f->is_printed =
		judge_is_worth_printing(c->world.source, f, group->is_own);
	keep_finding(c, f);
}

/* ---- lost references and hidden cycles ---- */

static const enum finding_reason lost_reasons[LOST_VERDICTS] = {
	[LOST_REFERENCE] = REASON_UNREFERENCED,
	[LOST_NO_GC_FLAG] = REASON_NO_GC_FLAG,
	[LOST_MISSING_TRAVERSE] = REASON_MISSING_TRAVERSE,
	[LOST_FOREIGN_MEMORY] = REASON_FOREIGN_MEMORY,
	[LOST_UNTRACKED] = REASON_UNTRACKED,
};

static void
add_references(struct check *c, const struct group *group, struct finding *f)
{
	const struct lost *l = &c->lost;

	f->refcount = object_refcount(graph_object(&l->g, group->head));
	f->references_found = l->found[group->head];
	f->references_lost = f->refcount - f->references_found;
}

static void
add_guilty(struct check *c, const struct group *group, struct finding *f)
{
	const struct graph *g = &c->lost.g;
	uint32_t from, to;
	struct class *k;
	char edge[EDGE_BYTES];

	if (!lost_guilty(&c->lost, group->island, &from, &to))
		return;
	k = classes_intern(&c->world.classes, graph_object(g, from));
	if (!k)
		return;
	f->hidden_type = k->name;
	f->hidden_module_file = k->module_file;
	if (edge_name(graph_object(g, from), graph_object(g, to), edge))
		f->hidden_member = arena_string(&c->world.arena, edge);
}

/*
 * Each register of a thread that could not be read may be all that holds an
 * object.  That cannot explain more objects than there are such registers.
 */
static bool
may_be_in_registers(const struct check *c, const struct group *group)
{
	return !group->allocated.is_startup &&
	       group->count <=
		       (int64_t)c->world.source->n_unread * REACH_REGISTERS;
}

/*
 * Allocated by the C code that initializes an extension, with no Python code in
 * between: once in a process.  The compiler has often dropped the variable in
 * which such a constant was to be kept, because nothing reads it (Cython's
 * code objects).
 */
static bool
is_from_initialization(const struct check *c, const struct group *group)
{
	struct report_line line;

	return group->allocated.stack &&
	       c->world.source->lines(group->allocated.stack, &line, 1) == 1 &&
	       line.function && line.file &&
	       !strcmp(line.function, "_call_with_frames_removed") &&
	       strstr(line.file, "_bootstrap");
}

/* The same, if its allocation was not recorded. */
static bool
may_be_constants(const struct check *c, const struct group *group)
{
	return group->allocated.is_before &&
	       judge_may_be_constants(&c->world.reach.g.maps, group, c->n_kept);
}

/*
 * The initialization of modules leaves single objects behind forever, among
 * them sets and lists (3.6, 3.10 and 3.11, in the standard library).  They
 * cannot be distinguished from a leak of the program that happened a few times.
 */
static bool
is_rare(const struct group *group)
{
	enum { FEWEST = 10 };

	return group->allocated.is_before && group->count < FEWEST;
}

static void
leave_out(struct check *c, enum omission why, int64_t n)
{
	omissions_count(&c->omissions, why, n);
}

static void
report_lost(struct check *c, enum lost_verdict v)
{
	struct groups groups = {
		.lost = &c->lost,
		.measure = {.r = &c->world.reach, .m = &c->lost.m},
	};
	struct group *group, *next;
	const struct graph *g = &c->lost.g;

	if (v == LOST_REFERENCE)
		groups.has_surplus = lost_has_surplus;
	groups_add(&groups, g, &c->lost.m, c->world.source, &c->world.classes,
		   c->lost.verdict_of, v);
	HASH_ITER(hh, groups.table, group, next)
	{
		enum finding_kind kind = v == LOST_REFERENCE ?
						 FINDING_LOST_REFERENCE :
						 FINDING_HIDDEN_CYCLE;
		struct finding *f;

		if (source_was_left(c->world.source, &group->allocated)) {
			leave_out(c, OMISSION_LEFT, group->count);
			continue;
		}
		if (group->allocated.is_unknown) {
			leave_out(c, OMISSION_AGELESS, group->count);
			continue;
		}
		if (v == LOST_REFERENCE && may_be_constants(c, group)) {
			leave_out(c, OMISSION_CONSTANTS, group->count);
			continue;
		}
		if (v == LOST_REFERENCE && is_rare(group)) {
			leave_out(c, OMISSION_RARE, group->count);
			continue;
		}
		if (v == LOST_REFERENCE && is_from_initialization(c, group)) {
			leave_out(c, OMISSION_INITIAL, group->count);
			continue;
		}
		if (may_be_in_registers(c, group)) {
			leave_out(c, OMISSION_REGISTERS, group->count);
			continue;
		}
		f = describe(c, g, group);
		if (!f)
			continue;
		if (v == LOST_REFERENCE)
			add_references(c, group, f);
		else
			add_guilty(c, group, f);
		add_group(c, f, group, kind, lost_reasons[v]);
	}
	c->failed |= groups.failed;
	groups_fini(&groups);
}

static void
report_memory(struct check *c)
{
	struct memory_group *groups, *g, *next;

	c->failed |= !memory_find(&c->lost, &groups);
	HASH_ITER(hh, groups, g, next)
	{
		struct group like = {.allocated = g->allocated,
				     .count = g->count,
				     .is_own = true};
		struct finding *f;

		if (is_from_initialization(c, &like)) {
			leave_out(c, OMISSION_INITIAL, g->count);
			continue;
		}
		/*
		 * The parent reports it; and CPython abandons the memory of
		 * locks in the child, because another thread may have held
		 * them.
		 */
		if (c->world.source->is_inherited(g->stack)) {
			leave_out(c, OMISSION_INHERITED, g->count);
			continue;
		}
		if (g->total < MEMORY_FEWEST) {
			leave_out(c, OMISSION_FEW, g->count);
			continue;
		}
		if (may_be_in_registers(c, &like)) {
			leave_out(c, OMISSION_REGISTERS, g->count);
			continue;
		}
		f = add_finding(c);
		if (!f ||
		    !describe_memory(&c->world.arena, c->world.source, g, f)) {
			c->failed = true;
			continue;
		}
		add_group(c, f, &like, FINDING_LOST_REFERENCE,
			  REASON_UNREFERENCED);
	}
	memory_fini(groups);
}

/*
 * One that is whole already: of growth_walk(), surplus_walk(), unfreed_walk().
 */
static void
add_found(struct check *c, struct finding *found)
{
	struct finding *f = add_finding(c);

	if (!f)
		return;
	*f = *found;
	f->is_printed = judge_is_worth_printing(c->world.source, f, true);
	keep_finding(c, f);
}

/* ---- cyclic garbage ---- */

/* All unreachable objects of one verdict become one graph. */
static void
report_verdict(struct check *c, enum verdict v)
{
	node_id *ids = bigarray_map(c->world.unreachable.n, sizeof *ids);
	enum finding_kind kind;
	enum finding_reason reason;
	struct groups groups = {
		.measure = {.r = c->world.has_reach ? &c->world.reach : NULL,
			    .m = &c->world.mirror,
			    .of_garbage = true},
	};
	struct group *group, *next;
	struct graph g;
	size_t i, n = 0;

	if (!ids) {
		c->failed = true;
		return;
	}
	for (i = 0; i < c->world.unreachable.n; i++) {
		const struct node *node =
			&c->world.mirror.nodes[c->world.unreachable.ids[i]];

		if (judge_node(c->world.source, node) == v)
			ids[n++] = c->world.unreachable.ids[i];
	}
	judge_words(v, &kind, &reason);
	if (n &&
	    graph_init(&g, &c->world.mirror, ids, n, graph_traverse, NULL)) {
		groups_add(&groups, &g, &c->world.mirror, c->world.source,
			   &c->world.classes, NULL, 0);
		HASH_ITER(hh, groups.table, group, next)
		{
			struct finding *f = describe(c, &g, group);

			if (f)
				add_group(c, f, group, kind, reason);
		}
		c->failed |= groups.failed;
		groups_fini(&groups);
		graph_fini(&g);
	} else if (n) {
		c->failed = true;
	}
	bigarray_unmap(ids, c->world.unreachable.n, sizeof *ids);
}

static void
add_resurrected(struct check *c, struct finding *found)
{
	struct finding *f = add_finding(c);
	struct report_type *type = arena_grab(&c->world.arena, sizeof *type);

	if (!f || !type)
		return;
	*f = *found;
	*type = found->types[0];
	type->count = found->objects;
	type->bytes = found->bytes;
	f->types = type;
	f->kind = FINDING_RESURRECTED;
	f->reason = REASON_NONE;
	f->is_printed = judge_is_worth_printing(c->world.source, f, true);
	keep_finding(c, f);
}

static void
add_collected(const struct finding *collected, bool is_own, void *ctx)
{
	struct check *c = ctx;
	struct finding *f = add_finding(c);

	if (!f)
		return;
	*f = *collected;
	f->is_printed = judge_is_worth_printing(c->world.source, f, is_own);
	if (!is_ours(c, f) && !merge_into_known(c, f))
		c->n_findings++;
}

void
check_report(struct check *c, struct report *r)
{
	enum verdict v;
	int k;

	for (v = 0; v < VERDICTS; v++)
		report_verdict(c, v);
	for (k = 0; k < LOST_VERDICTS && c->has_lost; k++)
		report_lost(c, (enum lost_verdict)k);
	if (c->has_lost) {
		report_memory(c);
		c->failed |= !surplus_walk(c, add_found);
		c->failed |= !unfreed_walk(c, add_found);
	}
	if (c->has_audit &&
	    !auditrows_report(&c->world.arena, &c->audit, r, &c->omissions))
		c->failed = true;
	c->failed |= !growth_walk(c->growth, &c->omissions, add_found, c);
	leave_out(c, OMISSION_GROWTH_SITES, growth_left_out(c->growth));
	leave_out(c, OMISSION_SHARED, shared_dropped());
	if (!resurrected_walk(c, add_resurrected))
		c->failed = true;
	if (c->world.source->walk_collected)
		c->world.source->walk_collected(add_collected, c);
	if (c->world.source->suppressions)
		filter_suppress(c->world.source->suppressions, c->findings,
				c->n_findings, c->world.source->today);
	if (c->world.source->baseline)
		filter_know(c->world.source->baseline, c->findings,
			    c->n_findings);
	if (c->failed || c->world.arena.failed)
		omissions_note(&c->omissions, OMISSION_DESCRIPTIONS, NULL);
	judge_order(c->findings, c->n_findings);
	r->findings = c->findings;
	r->n_findings = c->n_findings;
	judge_finish(c->world.source->options, r);
	if (c->has_lost)
		r->heap_objects =
			(int64_t)(c->world.reach.n_objects + c->lost.n);
	r->heap_tracked = (int64_t)c->world.mirror.n;
	for (k = 0; k < GENERATIONS; k++)
		r->generations[k] = (int64_t)c->world.mirror.n_generation[k];
	r->permanent = c->world.source->n_lists &&
				       c->world.source->lists[0]
					       .heads[GENERATION_PERMANENT] ?
			       (int64_t)c->world.mirror
				       .n_generation[GENERATION_PERMANENT] :
			       REPORT_UNKNOWN;
	r->unreachable = (int64_t)c->world.unreachable.n;
}
