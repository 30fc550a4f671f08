#include "config.h"

#include "analysis/check/check.h"

#include <string.h>

#include "analysis/base/modules.h"
#include "analysis/check/surplus.h"
#include "analysis/growth/growth.h"
#include "analysis/islands/shared.h"
#include "analysis/reach/holders.h"
#include "analysis/reach/preattach.h"
#include "common/options.h"

void
check_begin(struct check *c, const struct source *s)
{
	memset(c, 0, sizeof *c);
	arena_init(&c->world.arena);
	shared_begin();
	c->world.source = s;
	classes_init(&c->world.classes, &c->world.arena, s->stdlib);
}

void
check_outside(struct check *c)
{
	const struct source *s = c->world.source;

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
	const struct source *s = c->world.source;

	if (!mirror_init(&c->world.mirror, s->lists, s->n_lists, why))
		return false;
	switch (cycles_find(&c->world.mirror, s->garbage, s->is_late,
			    &c->world.unreachable)) {
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

	if (!c->world.source->options->reachability)
		return;
	c->world.has_reach =
		reach_mark(&c->world.reach, c->world.source, &c->world.mirror,
			   &c->world.unreachable, &c->notcloned, &why);
	if (c->world.has_reach && !c->world.reach.g.knows_allocator)
		omissions_note(&c->omissions, OMISSION_ALLOCATOR, NULL);
	if (c->world.has_reach)
		c->has_lost = lost_find(&c->lost, &c->world.reach,
					&c->world.mirror, &why);
	if (!c->has_lost) {
		omissions_note(&c->omissions, OMISSION_REACHABILITY, why);
		return;
	}
	if (c->world.source->since_attach)
		c->n_kept = preattach_count(&c->world.reach);
	if (surplus_find(&c->world.reach, &why))
		holders_find(&c->world);
	else
		omissions_note(&c->omissions, OMISSION_SURPLUS, why);
}

void
check_audit(struct check *c)
{
	const char *why = "it needs the reachability analysis";

	if (!c->world.source->options->audit)
		return;
	if (c->world.has_reach)
		c->has_audit = audit_find(&c->audit, &c->world.reach,
					  &c->world.mirror, &why);
	if (!c->has_audit)
		omissions_note(&c->omissions, OMISSION_AUDIT, why);
}

/* After a mark, most of what was there before is left out: nothing grows. */
void
check_growth(struct check *c)
{
	const char *why = NULL;

	if (!c->world.source->options->growth || c->world.source->only_new)
		return;
	c->growth = growth_find(&c->world, &c->omissions, &why);
	if (why)
		omissions_note(&c->omissions, OMISSION_GROWTH, why);
}

void
check_survived(struct check *c, size_t i)
{
	c->world.mirror.nodes[c->world.unreachable.ids[i]].flags |=
		NODE_SURVIVED;
}

void
check_fini(struct check *c)
{
	growth_fini(c->growth);
	if (c->has_audit)
		audit_fini(&c->audit);
	if (c->has_lost)
		lost_fini(&c->lost);
	reach_fini(&c->world.reach);
	notcloned_fini(&c->notcloned);
	modules_end();
	cycles_fini(&c->world.unreachable);
	mirror_fini(&c->world.mirror);
	arena_fini(&c->world.arena);
}
