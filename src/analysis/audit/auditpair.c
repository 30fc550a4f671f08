#include "config.h"

#include "analysis/audit/auditpair.h"

#include "analysis/base/bigarray.h"
#include "analysis/reach/blocks.h"
#include "analysis/reach/worklist.h"
#include "common/ownmap.h"
#include "python/objects.h"

bool
auditpair_init(struct auditpair *p, const struct reach *r,
	       const struct mirror *m)
{
	*p = (struct auditpair){.r = r, .m = m};
	p->visits = bigarray_map(m->n, sizeof *p->visits);
	p->wordless = bigarray_map(m->n, sizeof *p->wordless);
	p->left = bigarray_map(m->n, sizeof *p->left);
	p->stamps = bigarray_map(m->n, sizeof *p->stamps);
	p->seen = bigarray_map(m->n, sizeof *p->seen);
	p->worklist = ownmap(sizeof *p->worklist);
	return p->visits && p->wordless && p->left && p->stamps && p->seen &&
	       p->worklist;
}

void
auditpair_fini(struct auditpair *p)
{
	size_t n = p->m->n;

	bigarray_unmap(p->visits, n, sizeof *p->visits);
	bigarray_unmap(p->wordless, n, sizeof *p->wordless);
	bigarray_unmap(p->left, n, sizeof *p->left);
	bigarray_unmap(p->stamps, n, sizeof *p->stamps);
	bigarray_unmap(p->seen, n, sizeof *p->seen);
	if (p->worklist)
		worklist_fini(p->worklist);
	ownunmap(p->worklist, sizeof *p->worklist);
}

node_id
auditpair_target(const struct auditpair *p, uintptr_t word)
{
	/* Small numbers are not addresses; the low bits may be a tag. */
	if (word < 4096 || word >> HEAP_ADDRESS_BITS)
		return NODE_NONE;
	return mirror_find(p->m, word & ~(uintptr_t)7);
}

static int
on_visit(void *o, void *ctx)
{
	struct auditpair *p = ctx;
	node_id id = mirror_find(p->m, (uintptr_t)o);

	if (id == NODE_NONE)
		return 0;
	p->visits[id]++;
	if (p->stamps[id] != p->stamp) {
		p->stamps[id] = p->stamp;
		p->left[id] = 0;
		p->seen[p->n_seen++] = id;
	}
	p->left[id]++;
	p->n_left++;
	return 0;
}

/* Does this word belong to a visit?  False if what it holds is not visited. */
static bool
pair(struct auditpair *p, node_id id)
{
	if (p->stamps[id] != p->stamp)
		return false;
	if (p->left[id]) {
		p->left[id]--;
		p->n_left--;
	}
	return true;
}

/* Of the object itself: its fields, and what a list or a dict owns. */
static void
on_words(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	struct auditpair *p = ctx;
	const uintptr_t *w;

	for (w = from; w < to; w++) {
		node_id id = auditpair_target(p, *w);

		if (id != NODE_NONE && !pair(p, id))
			p->unvisited(p->o, (const char *)w - (char *)p->o, id,
				     p->ctx);
	}
}

/* ---- memory that the object leads to ---- */

static void
lead_on(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	struct auditpair *p = ctx;
	const uintptr_t *w;

	for (w = from; w < to && p->n_left; w++) {
		void *o;
		uintptr_t node = reach_node_of(p->r, *w, &o);

		if (node && !o)
			worklist_add(p->worklist, node);
	}
}

static void
pair_words(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	struct auditpair *p = ctx;
	const uintptr_t *w;

	for (w = from; w < to && p->n_left; w++) {
		node_id id = auditpair_target(p, *w);

		if (id != NODE_NONE)
			pair(p, id);
	}
	lead_on(from, to, ctx);
}

static void
pair_elsewhere(struct auditpair *p, uintptr_t node)
{
	worklist_begin(p->worklist);
	reach_words(p->r, node, lead_on, p);
	while (p->n_left && (node = worklist_next(p->worklist)))
		reach_words(p->r, node, pair_words, p);
}

void
auditpair_object(struct auditpair *p, void *o, bool is_tracked)
{
	uintptr_t node = heap_find(&p->r->g.heap, object_block(o));
	size_t i;

	p->o = o;
	p->stamp++;
	p->n_seen = p->n_left = 0;
	if (is_tracked)
		object_traverse(o, on_visit, p);
	if (node && reach_object(p->r, node) == o) {
		reach_words(p->r, node, on_words, p);
		if (p->n_left)
			pair_elsewhere(p, node);
	}
	for (i = 0; i < p->n_seen; i++)
		p->wordless[p->seen[i]] += p->left[p->seen[i]];
}
