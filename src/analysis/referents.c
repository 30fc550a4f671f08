#include "config.h"

#include "analysis/referents.h"

#include "common/ownmap.h"
#include "python/objects.h"

enum {
	SEEN = 8192, /* slots; half of them are used at most */
	MAX_PIECES = SEEN / 2,
};

/* Memory on the way from one object; one walk at a time. */
struct walk {
	const struct lost *l;
	visit_fn visit;
	void *visit_ctx;
	bool only_python; /* do not enter the C heap */
	uint32_t stamp;
	size_t n, at;
	uintptr_t pieces[MAX_PIECES];
	struct {
		uintptr_t node;
		uint32_t stamp;
	} seen[SEEN];
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
	ownunmap(walk, sizeof *walk);
	walk = NULL;
}

static bool
is_first_time(struct walk *w, uintptr_t node)
{
	size_t i = (node >> 4) * 0x9e3779b97f4a7c15ULL >> 51;

	for (; w->seen[i % SEEN].stamp == w->stamp; i++)
		if (w->seen[i % SEEN].node == node)
			return false;
	w->seen[i % SEEN].node = node;
	w->seen[i % SEEN].stamp = w->stamp;
	return true;
}

static void
add_piece(struct walk *w, const struct heap *h, uintptr_t node)
{
	heap_lead_to(h, node);
	w->pieces[w->n++] = node;
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

		if (!node || heap_is_marked(h, node))
			continue;
		if (o)
			w->visit(o, w->visit_ctx);
		else if (w->n < MAX_PIECES &&
			 !(w->only_python && heap_is_foreign(h, node)) &&
			 is_first_time(w, node))
			add_piece(w, h, node);
	}
}

static void
run(struct walk *w, void *o)
{
	w->stamp++;
	w->n = w->at = 0;
	reach_words(w->l->reach, object_block(o), visit_words, w);
	while (w->at < w->n)
		reach_words(w->l->reach, w->pieces[w->at++], visit_words, w);
}

void
referents_visit(void *o, visit_fn visit, void *visit_ctx, void *lost)
{
	struct lost *l = lost;

	/* Much memory may be led to by many objects, again and again. */
	l->gave_up |= l->reach->s->is_late();
	if (l->gave_up)
		return;
	walk->l = l;
	walk->visit = visit;
	walk->visit_ctx = visit_ctx;
	walk->only_python = false;
	run(walk, o);
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
