#include "config.h"

#include "analysis/reach/roots.h"

#include "analysis/heap/pages.h"
#include "analysis/reach/threadstacks.h"
#include "python/datastack.h"
#include "python/peek.h"

enum { RED_ZONE = 128 }; /* of x86-64; others have less */

struct pass {
	struct gathered *g;
	void (*visit)(const uintptr_t *from, const uintptr_t *to, void *ctx);
	void *ctx;
	size_t bytes;
	uintptr_t shift; /* look at words that begin so far off their place */
	int pagemap;     /* pages_open() */
};

/* Reads that may fault: the file behind the mapping may be shorter by now. */
static void
visit_copy(struct pass *p, uintptr_t from, uintptr_t to)
{
	uintptr_t words[512];

	from = ((from + 7) & ~(uintptr_t)7) + p->shift;
	while (from + 8 <= to) {
		size_t n = to - from < sizeof words ? to - from : sizeof words;

		if (peek(words, from, n))
			p->visit(words, words + n / 8, p->ctx);
		from += n;
	}
}

/* [from, to) without the nodes in it. */
static void
visit_around_nodes(struct pass *p, uintptr_t from, uintptr_t to, bool is_file)
{
	const struct heap *h = &p->g->heap;

	while (from < to) {
		uintptr_t node = heap_find(h, from);
		uintptr_t end = heap_next_edge(h, from + 1, to);

		if (!node && is_file)
			visit_copy(p, from, end);
		else if (!node)
			p->visit((uintptr_t *)from, (uintptr_t *)end, p->ctx);
		if (!node)
			p->bytes += end - from;
		from = end;
	}
}

static void
visit_roots_in(struct pass *p, uintptr_t from, uintptr_t to, bool is_file)
{
	const struct ranges *left_out = &p->g->not_roots;
	size_t i = ranges_after(left_out, from);

	while (from < to) {
		uintptr_t stop = to;

		if (i < left_out->n && left_out->all[i].start < to)
			stop = left_out->all[i].start;
		if (from < stop)
			visit_around_nodes(p, from, stop, is_file);
		if (stop == to)
			break;
		from = left_out->all[i++].end;
	}
}

/* Anonymous private memory; what may be a guard is read with care. */
static void
visit_touched(uintptr_t from, uintptr_t to, bool is_sure, void *ctx)
{
	visit_roots_in(ctx, from, to, !is_sure);
}

/* What belongs to the file mapped before it: .bss. */
static bool
follows_file(const struct maps *maps, const struct map *map)
{
	return map > maps->all && map[-1].end == map->start &&
	       map[-1].flags & MAP_IS_FILE;
}

/* The data of an executable or a library. */
static bool
has_data(const struct maps *maps, const struct map *map)
{
	return !(map->flags & (MAP_IS_SHARED | MAP_IS_HEAP)) &&
	       (map->flags & MAP_IS_FILE || follows_file(maps, map));
}

/*
 * A thread's stack, or what may be one: glibc 2.42 marks its guard so that
 * maps does not show it.  Anonymous memory but for the C heap and what belongs
 * to the file mapped before it (.bss).
 */
static bool
may_be_stack(const struct maps *maps, const struct map *map)
{
	const unsigned others = MAP_IS_FILE | MAP_IS_SHARED | MAP_IS_HEAP;

	return !(map->flags & others) && !follows_file(maps, map);
}

static enum roots_part
part_of(const struct maps *maps, const struct map *map)
{
	if (!(map->flags & MAP_IS_WRITABLE))
		return ROOTS_SEALED;
	return may_be_stack(maps, map) ? ROOTS_STACKS : ROOTS_OTHERS;
}

static void
visit_map(struct pass *p, const struct map *map)
{
	if (!(map->flags & MAP_IS_READABLE) ||
	    map->flags & (MAP_IS_SPECIAL | MAP_IS_DEVICE) ||
	    (map->flags & (MAP_IS_WRITABLE | MAP_IS_FILE)) == MAP_IS_FILE)
		return;
	if (map->flags & (MAP_IS_FILE | MAP_IS_SHARED))
		visit_roots_in(p, map->start, map->end, true);
	else
		pages_walk(p->pagemap, map, visit_touched, p);
	/*
	 * A linker may place data at a multiple of 4 (python_data_shift()):
	 * all pointers there lie across words.
	 */
	if (!has_data(&p->g->maps, map))
		return;
	p->shift = 4;
	visit_roots_in(p, map->start, map->end, true);
	p->shift = 0;
}

static void
leave_out(uintptr_t start, uintptr_t end, void *ctx)
{
	ranges_add(ctx, start, end);
}

static struct maps *readable;

static bool
can_read(uintptr_t address, size_t n)
{
	return maps_can_read(readable, address, n);
}

/* Was the block allocated since the mark? */
static bool
is_young(const struct source *s, uintptr_t node)
{
	struct source_block b;

	return ((s->find_block && s->find_block(node, &b)) ||
		(s->find_chunk && s->find_chunk(node, &b))) &&
	       !b.is_old;
}

/*
 * The callers of the function that set the mark have not run since.  A word of
 * theirs that leads to something younger is left from what was there before.
 */
static void
leave_unchanged_out(struct gathered *g, const struct source *s)
{
	size_t i;

	for (i = 0; i < s->n_stack_then; i++) {
		uintptr_t at = s->stack_from + i * sizeof(uintptr_t);
		uintptr_t word = *(const uintptr_t *)at, node;

		if (word != s->stack_then[i])
			continue;
		node = heap_find(&g->heap, word & ~(uintptr_t)7);
		if (node && is_young(s, node))
			ranges_add(&g->not_roots, at, at + sizeof word);
	}
}

/*
 * Below the stack pointer nothing lives but what a leaf function keeps there.
 */
static void
leave_out_dead_stacks(struct gathered *g, const struct source *s)
{
	uintptr_t from;
	size_t i;

	/* The caller's own is not a leaf. */
	from = threadstacks_start(&g->maps, s->stack_from, s->storage);
	if (from)
		ranges_add(&g->not_roots, from, s->stack_from);
	for (i = 0; i < s->n_threads; i++) {
		const struct source_thread *t = &s->threads[i];

		from = threadstacks_start(&g->maps, t->sp, t->storage);
		if (from && from < t->sp - RED_ZONE)
			ranges_add(&g->not_roots, from, t->sp - RED_ZONE);
	}
}

void
roots_prepare(struct gathered *g, const struct source *s)
{
	size_t i;

	leave_out_dead_stacks(g, s);
	for (i = 0; i < s->n_stale; i++)
		ranges_add(&g->not_roots, s->stale[i].start, s->stale[i].end);
	for (i = 0; i < s->n_dead; i++)
		ranges_add(&g->not_roots, s->dead[i].start, s->dead[i].end);
	leave_unchanged_out(g, s);
	readable = &g->maps;
	datastack_unused(can_read, leave_out, &g->not_roots);
	ranges_sort(&g->not_roots);
}

size_t
roots_visit(struct gathered *g, enum roots_part part,
	    void (*visit)(const uintptr_t *from, const uintptr_t *to,
			  void *ctx),
	    void *ctx)
{
	struct pass p = {.g = g, .visit = visit, .ctx = ctx};
	size_t i;

	p.pagemap = pages_open();
	for (i = 0; i < g->maps.n; i++)
		if (part_of(&g->maps, &g->maps.all[i]) == part)
			visit_map(&p, &g->maps.all[i]);
	pages_close(p.pagemap);
	if (part == ROOTS_STACKS && g->source->n_registers)
		visit(g->source->registers,
		      g->source->registers + g->source->n_registers, ctx);
	return p.bytes;
}

void
roots_visit_data(struct gathered *g, uintptr_t from, uintptr_t to,
		 void (*visit)(const uintptr_t *from, const uintptr_t *to,
			       void *ctx),
		 void *ctx)
{
	struct pass p = {.g = g, .visit = visit, .ctx = ctx};

	visit_roots_in(&p, from, to, true);
}
