#include "config.h"

#include "analysis/check/check.h"

#include <string.h>

#include "analysis/base/modules.h"
#include "analysis/check/surplus.h"
#include "analysis/growth/growth.h"
#include "analysis/islands/shared.h"
#include "analysis/reach/preattach.h"
#include "analysis/reach/holders.h"
#include "common/options.h"

void
check_begin(struct check *c, const struct source *s)
{
	memset(c, 0, sizeof *c);
	arena_init(&c->arena);
	shared_begin();
	c->source = s;
	classes_init(&c->classes, &c->arena, s->stdlib);
}

void
check_outside(struct check *c)
{
	const struct source *s = c->source;

	if (!s->options->reachability)
		return;
	if (s->notcloned)
		c->notcloned = *s->notcloned; /* the clone's copy of it */
	else
		notcloned_read(&c->notcloned, s->parent);
}

bool
check_find(struct check *c, const char **why)
{
	const struct source *s = c->source;

	if (!mirror_init(&c->mirror, s->lists, s->n_lists, why))
		return false;
	switch (cycles_find(&c->mirror, s->garbage, s->is_late,
			    &c->unreachable)) {
	case CYCLES_FOUND:
		return true;
	case CYCLES_NO_MEMORY:
		*why = "no memory for the cycle analysis (RLIMIT_AS or the "
		       "container's limit): raise it";
		return false;
	case CYCLES_LATE:
		break;
	}
	*why = "the analysis did not finish in time: timeout=SECONDS gives "
	       "it longer";
	return false;
}

void
check_reach(struct check *c)
{
	const char *why = NULL;

	if (!c->source->options->reachability)
		return;
	c->has_reach = reach_mark(&c->reach, c->source, &c->mirror,
				  &c->unreachable, &c->notcloned, &why);
	if (c->has_reach && !c->reach.g.knows_allocator)
		omissions_note(&c->omissions, OMISSION_ALLOCATOR, NULL);
	if (c->has_reach)
		c->has_lost = lost_find(&c->lost, &c->reach, &c->mirror, &why);
	if (!c->has_lost) {
		omissions_note(&c->omissions, OMISSION_REACHABILITY, why);
		return;
	}
	if (c->source->since_attach)
		c->n_kept = preattach_count(&c->reach);
	if (surplus_find(&c->reach, &why))
		holders_find(c);
	else
		omissions_note(&c->omissions, OMISSION_SURPLUS, why);
}

void
check_audit(struct check *c)
{
	const char *why = "it needs the reachability analysis";

	if (!c->source->options->audit)
		return;
	if (c->has_reach)
		c->has_audit =
			audit_find(&c->audit, &c->reach, &c->mirror, &why);
	if (!c->has_audit)
		omissions_note(&c->omissions, OMISSION_AUDIT, why);
}

/* After a mark, most of what was there before is left out: nothing grows. */
void
check_growth(struct check *c)
{
	const char *why = NULL;

	if (!c->source->options->growth || c->source->only_new)
		return;
	growth_find(c, &why);
	if (why)
		omissions_note(&c->omissions, OMISSION_GROWTH, why);
}

void
check_survived(struct check *c, size_t i)
{
	c->mirror.nodes[c->unreachable.ids[i]].flags |= NODE_SURVIVED;
}

void
check_fini(struct check *c)
{
	growth_fini(c);
	if (c->has_audit)
		audit_fini(&c->audit);
	if (c->has_lost)
		lost_fini(&c->lost);
	reach_fini(&c->reach);
	notcloned_fini(&c->notcloned);
	modules_end();
	cycles_fini(&c->unreachable);
	mirror_fini(&c->mirror);
	arena_fini(&c->arena);
}
