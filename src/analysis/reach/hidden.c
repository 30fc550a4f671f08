#include "config.h"

#include "analysis/reach/hidden.h"

#include "analysis/reach/referents.h"
#include "python/api.h"
#include "python/objects.h"

enum { MAX_EDGES = 256 }; /* of one object: more tell nothing new */

struct sought {
	void *to;
	uint32_t n;
};

static int
count_visit(void *o, void *ctx)
{
	struct sought *s = ctx;

	s->n += o == s->to;
	return 0;
}

/* Does tp_traverse of o visit `to' as often as its memory refers to it? */
static bool
is_visited(void *o, void *to, uint32_t n_words)
{
	struct sought s = {to, 0};

	object_traverse(o, count_visit, &s);
	return s.n >= n_words;
}

static uint32_t
words_between(const struct graph *g, uint32_t i, uint32_t to)
{
	uint32_t n = 0, e;

	for (e = g->first[i]; e < g->first[i + 1]; e++)
		n += g->to[e] == to;
	return n;
}

/* CPython's own: a tracked one is traversed as it should be. */
static bool
is_trusted(const void *o)
{
	const void *type = object_type(o);

	return type == py.PyList_Type || type == py.PyDict_Type ||
	       type == py.PyTuple_Type || type == py.PySet_Type ||
	       type == py.PyFrozenSet_Type;
}

static bool
is_tracked(const struct lost *l, uint32_t i)
{
	return l->m.nodes[l->g.ids[i]].generation != GENERATION_NONE;
}

/*
 * The verdict on one edge of a cycle; LOST_VERDICTS if it is in order.  With
 * among_hidden, edges between objects that the collector knows nothing of
 * count too: a cycle may have no others.
 */
static enum lost_verdict
judge_edge(const struct lost *l, uint32_t i, uint32_t to, bool among_hidden)
{
	void *o = graph_object(&l->g, i), *referent = graph_object(&l->g, to);

	/* All references to it are known to the collector: not this one. */
	if (is_tracked(l, to) ? l->gc_refs[to] <= 0 : !among_hidden)
		return LOST_VERDICTS;
	if (!object_is_gc(o))
		return LOST_NO_GC_FLAG;
	if (!is_tracked(l, i))
		return LOST_UNTRACKED;
	if (is_trusted(o) ||
	    is_visited(o, referent, words_between(&l->g, i, to)))
		return LOST_VERDICTS;
	return referents_are_foreign(l, o, referent) ? LOST_FOREIGN_MEMORY :
						       LOST_MISSING_TRAVERSE;
}

/* An edge of a component, and what is wrong with it. */
struct suspect_edge {
	uint32_t from, to;
	enum lost_verdict verdict;
};

static void
judge_edges_of(const struct lost *l, uint32_t i, bool among_hidden,
	       struct suspect_edge *worst)
{
	const struct graph *g = &l->g;
	uint32_t e, n = 0;

	for (e = g->first[i]; e < g->first[i + 1] && n < MAX_EDGES; e++) {
		enum lost_verdict v;

		if (g->component[g->to[e]] != g->component[i])
			continue;
		n++;
		v = judge_edge(l, i, g->to[e], among_hidden);
		/* In the order of the enum: the surest first. */
		if (v < worst->verdict)
			*worst = (struct suspect_edge){i, g->to[e], v};
	}
}

bool
hidden_guilty(const struct lost *l, uint32_t island, uint32_t *from,
	      uint32_t *to, enum lost_verdict *why)
{
	const struct graph *g = &l->g;
	struct suspect_edge worst = {.verdict = LOST_VERDICTS};
	uint32_t m, end = g->island_first[island + 1];
	int again;

	for (again = 0; again < 2 && worst.verdict == LOST_VERDICTS; again++)
		for (m = g->island_first[island]; m < end; m++)
			if (g->component[g->members[m]] ==
			    g->head_component[island])
				judge_edges_of(l, g->members[m], again, &worst);
	*from = worst.from;
	*to = worst.to;
	*why = worst.verdict;
	return worst.verdict != LOST_VERDICTS;
}
