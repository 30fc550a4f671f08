#include "config.h"

#include "analysis/reach/referents.h"

#include "analysis/reach/blocks.h"
#include "analysis/reach/worklist.h"
#include "common/ownmap.h"
#include "python/api.h"
#include "python/holds.h"
#include "python/objects.h"

/* Memory on the way from one object; one walk at a time. */
struct walk {
	const struct lost *l;
	visit_fn visit;
	void *visit_ctx;
	bool only_python; /* do not enter the C heap */
	bool is_text;     /* a str: after its text are stale words */
	struct worklist worklist;
};

/* Not in .bss, which is a root of the next check. */
static struct walk *walk;

bool
referents_begin(void)
{
	if (!walk)
		walk = ownmap(sizeof *walk);
	return walk;
}

void
referents_end(void)
{
	if (walk)
		worklist_fini(&walk->worklist);
	ownunmap(walk, sizeof *walk);
	walk = NULL;
}

bool
referents_has_none(const void *o)
{
	const void *type = object_type(o);

	return type == py.PyUnicode_Type || holds_nothing(type);
}

static void
visit_words(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	struct walk *w = ctx;
	const struct heap *h = &w->l->reach->g.heap;
	const uintptr_t *p;

	for (p = from; p < to; p++) {
		void *o;
		uintptr_t node = reach_node_of(w->l->reach, *p, &o);

		if (!node || heap_is_marked(h, node) || (o && w->is_text))
			continue;
		if (o)
			w->visit(o, w->visit_ctx);
		else if (!(w->only_python &&
			   heap_is(h, node, HEAP_FOREIGNERS)) &&
			 worklist_add(&w->worklist, node))
			heap_note(h, node, HEAP_LED_TO);
	}
}

static void
run(struct walk *w, void *o)
{
	uintptr_t node;

	w->is_text = referents_has_none(o);
	worklist_begin(&w->worklist);
	reach_words(w->l->reach, object_block(o), visit_words, w);
	while ((node = worklist_next(&w->worklist)))
		reach_words(w->l->reach, node, visit_words, w);
}

void
referents_visit(void *o, visit_fn visit, void *visit_ctx, void *lost)
{
	struct lost *l = lost;

	/*
	 * What our own call has made holds nothing of the program's, and nobody
	 * sets all of its words (3.11: CArgObject.size).
	 */
	if (source_allocated(l->reach->s, o).is_after)
		return;
	/* Much memory may be led to by many objects, again and again. */
	l->gave_up |= l->reach->s->is_late();
	if (l->gave_up)
		return;
	walk->l = l;
	walk->visit = visit;
	walk->visit_ctx = visit_ctx;
	walk->only_python = false;
	run(walk, o);
	l->gave_up |= walk->worklist.is_cut;
}

struct sought {
	void *to;
	bool is_found;
};

static int
look(void *o, void *ctx)
{
	struct sought *s = ctx;

	s->is_found |= o == s->to;
	return 0;
}

bool
referents_are_foreign(const struct lost *l, void *o, void *to)
{
	struct sought s = {to, false};

	walk->l = l;
	walk->visit = look;
	walk->visit_ctx = &s;
	walk->only_python = true;
	run(walk, o);
	return !s.is_found;
}
