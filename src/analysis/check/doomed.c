#include "config.h"

#include "analysis/check/doomed.h"

#include "analysis/base/bigarray.h"
#include "analysis/cycles/graph.h"
#include "analysis/islands/describe.h"
#include "analysis/islands/groups.h"
#include "python/layout.h"
#include "report/advice.h"
#include "report/fingerprint.h"

static bool
tell(struct check *c, const struct graph *g, struct group *group,
     void (*each)(const struct finding *f, uint32_t epoch, bool is_own))
{
	struct finding f;

	if (!describe_group(&c->world.arena, c->world.source, &c->world.classes,
			    g, group, &f))
		return false;
	f.kind = FINDING_COLLECTED;
	f.reason = REASON_NONE;
	f.state = group->allocated.is_startup ? STATE_STARTUP : STATE_NEW;
	fingerprint_make(&f, c->world.source->stdlib, c->world.source->cwd);
	f.advice = advice_for(&c->world.arena, &f, layout->is_python3);
	each(&f, group->allocated.epoch, group->is_own);
	return true;
}

bool
doomed_find(struct check *c,
	    void (*each)(const struct finding *f, uint32_t epoch, bool is_own))
{
	const struct unreachable *u = &c->world.unreachable;
	node_id *ids = bigarray_map(u->n, sizeof *ids);
	struct groups groups = {0};
	struct group *group, *next;
	struct graph g;
	size_t i, n = 0;
	bool ok = ids;

	/* A legacy finalizer, and what hangs on it, will not be freed. */
	for (i = 0; ok && i < u->n; i++)
		if (!(c->world.mirror.nodes[u->ids[i]].flags & NODE_LEGACY))
			ids[n++] = u->ids[i];
	if (ok && n)
		ok = graph_init(&g, &c->world.mirror, ids, n, graph_traverse,
				NULL);
	if (ok && n) {
		groups_add(&groups, &g, &c->world.mirror, c->world.source,
			   &c->world.classes, NULL, 0);
		HASH_ITER(hh, groups.table, group, next)
		{
			ok = tell(c, &g, group, each) && ok;
		}
		ok = ok && !groups.failed;
		groups_fini(&groups);
		graph_fini(&g);
	}
	bigarray_unmap(ids, u->n, sizeof *ids);
	return ok;
}
