#include "config.h"

#include "analysis/referents.h"

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
	uintptr_t pieces[MAX_PIECES];
	size_t n, at;
};

static struct {
	uintptr_t node;
	uint32_t stamp;
} seen[SEEN];

static bool
is_first_time(struct walk *w, uintptr_t node)
{
	size_t i = (node >> 4) * 0x9e3779b97f4a7c15ULL >> 51;

	for (; seen[i % SEEN].stamp == w->stamp; i++)
		if (seen[i % SEEN].node == node)
			return false;
	seen[i % SEEN].node = node;
	seen[i % SEEN].stamp = w->stamp;
	return true;
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
			w->pieces[w->n++] = node;
	}
}

static void
run(struct walk *w, void *o)
{
	static uint32_t stamp;

	w->stamp = ++stamp;
	w->n = w->at = 0;
	reach_words(w->l->reach, object_block(o), visit_words, w);
	while (w->at < w->n)
		reach_words(w->l->reach, w->pieces[w->at++], visit_words, w);
}

void
referents_visit(void *o, visit_fn visit, void *visit_ctx, void *lost)
{
	static struct walk w;

	w.l = lost;
	w.visit = visit;
	w.visit_ctx = visit_ctx;
	w.only_python = false;
	run(&w, o);
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
	static struct walk w;
	struct sought s = {to, false};

	w.l = l;
	w.visit = look;
	w.visit_ctx = &s;
	w.only_python = true;
	run(&w, o);
	return !s.is_found;
}
