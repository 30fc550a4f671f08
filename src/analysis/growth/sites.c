#include "config.h"

#include "analysis/growth/sites.h"

#include <string.h>

#include "analysis/base/bigarray.h"
#include "analysis/base/sort.h"
#include "analysis/reach/blocks.h"
#include "analysis/sizes/owners.h"
#include "common/hash.h"
#include "common/options.h"
#include "python/objects.h"
#include "report/fingerprint.h"

enum { SITE_FRAMES = 5, FIRST_LINES = 16, MOST_LINES = 255, TICKS = 0xfff };

struct site_part {
	uint64_t id;  /* class and stack: the key of the table */
	uint64_t key; /* of its site */
	struct class *class;
	struct source_block block;
	int64_t count, bytes;
	size_t site; /* index */
	UT_hash_handle hh;
};

struct counting {
	struct sites *s;
	struct world *world;
	struct owners *owners;
	uint32_t ticks;
	bool failed;
};

/* False: it is not counted. */
static bool
block_of(const struct world *world, uintptr_t node, struct source_block *out)
{
	*out = (struct source_block){0};
	if (!world->source->find_block)
		return true;
	return world->source->find_block(node, out) && !out->is_startup;
}

static struct site_part *
find_part(const struct sites *s, const struct class *k, uint32_t stack)
{
	uint64_t id = (uint64_t)k->id << 32 | stack;
	struct site_part *part;

	HASH_FIND(hh, s->parts, &id, sizeof id, part);
	return part;
}

static struct site_part *
intern_part(struct counting *w, struct class *k,
	    const struct source_block *block)
{
	struct sites *s = w->s;
	struct site_part *part = find_part(s, k, block->stack);

	if (part)
		return part;
	part = arena_grab(&w->world->arena, sizeof *part);
	if (!part)
		return NULL;
	part->id = (uint64_t)k->id << 32 | block->stack;
	part->class = k;
	part->block = *block;
	HASH_ADD(hh, s->parts, id, sizeof part->id, part);
	if (hash_was_full(&part->hh))
		return NULL;
	s->n_parts++;
	return part;
}

static int
count(uintptr_t node, void *ctx)
{
	struct counting *w = ctx;
	const struct reach *r = &w->world->reach;
	struct source_block block;
	struct site_part *part;
	struct class *k;
	void *o;

	if (!(++w->ticks & TICKS) && w->world->source->is_late())
		w->failed = true;
	if (!heap_is(&r->g.heap, node, HEAP_OBJECTS) ||
	    !heap_is_marked(&r->g.heap, node) ||
	    heap_is(&r->g.heap, node, HEAP_PASSING) ||
	    !block_of(w->world, node, &block))
		return w->failed;
	o = reach_object(r, node);
	if (!o)
		return w->failed;
	k = classes_intern(&w->world->classes, o);
	part = k ? intern_part(w, k, &block) : NULL;
	if (!part) {
		w->failed = true;
		return 1;
	}
	part->count++;
	part->bytes += owners_bytes(w->owners, node, o);
	return w->failed;
}

/* ---- what sites are called ---- */

static uint64_t
mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0xff51afd7ed558ccdULL;
	return h ^ h >> 32;
}

static uint64_t
mix_string(uint64_t h, const char *s)
{
	for (; s && *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3ULL;
	return mix(h, 0xff);
}

static bool
is_same(const struct report_line *a, const struct report_line *b)
{
	return a->line == b->line && a->function && b->function && a->file &&
	       b->file && !strcmp(a->function, b->function) &&
	       !strcmp(a->file, b->file);
}

/* The innermost frames outside the library, *n_used of them; recursion once. */
static uint64_t
mix_lines(uint64_t h, const struct source *s, const struct report_line *lines,
	  size_t n, size_t *n_used)
{
	const struct report_line *before = NULL;
	size_t i;

	for (i = *n_used = 0; i < n && *n_used < SITE_FRAMES; i++) {
		const struct report_line *p = &lines[i];

		if (is_stdlib_file(p->file, s->stdlib) ||
		    (before && is_same(p, before)))
			continue;
		h = mix_string(h, p->function);
		h = mix_string(h, p->file);
		h = mix(h, (uint64_t)p->line);
		before = p;
		++*n_used;
	}
	return h;
}

static uint64_t
key_of(const struct world *world, const struct site_part *part)
{
	struct report_line lines[MOST_LINES];
	const struct source *s = world->source;
	uint64_t begun = mix_string(0, part->class->name), h;
	size_t n, n_used, n_max = FIRST_LINES;

	if (!part->block.stack)
		return begun;
	/* Most stacks tell all in their first frames. */
	for (;; n_max = MOST_LINES) {
		n = s->lines(part->block.stack, lines, n_max);
		h = mix_lines(begun, s, lines, n, &n_used);
		if (n_used == SITE_FRAMES || n < n_max || n_max == MOST_LINES)
			return h;
	}
}

/* ---- parts of one name are one site ---- */

static int
by_key(const void *a, const void *b)
{
	const struct site_part *x = *(struct site_part *const *)a;
	const struct site_part *y = *(struct site_part *const *)b;

	return x->key < y->key ? -1 : x->key > y->key;
}

static void
join(struct sites *s, struct site_part **list)
{
	size_t i;

	for (i = 0; i < s->n_parts; i++) {
		struct site_part *part = list[i];
		struct site *site = s->n ? &s->all[s->n - 1] : NULL;

		if (!site || site->key != part->key) {
			site = &s->all[s->n++];
			*site = (struct site){.key = part->key,
					      .class = part->class,
					      .block = part->block};
		}
		part->site = s->n - 1;
		site->count += part->count;
		site->bytes += part->bytes;
	}
}

static int
by_count(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x > *y ? -1 : *x < *y;
}

/* Those with the most objects stay. */
static bool
leave_out(struct sites *s, size_t n_most)
{
	int64_t *counts, least;
	size_t i, n_equal = 0;

	if (s->n <= n_most)
		return true;
	counts = bigarray_map(s->n, sizeof *counts);
	if (!counts)
		return false;
	for (i = 0; i < s->n; i++)
		counts[i] = s->all[i].count;
	sort_array(counts, s->n, sizeof *counts, by_count);
	least = counts[n_most - 1];
	/* Of those with `least' objects there may be room for some only. */
	for (i = n_most; i && counts[i - 1] == least; i--)
		n_equal++;
	bigarray_unmap(counts, s->n, sizeof *counts);
	for (i = 0; i < s->n; i++) {
		struct site *site = &s->all[i];

		site->is_left_out = site->count < least ||
				    (site->count == least && !n_equal);
		n_equal -= site->count == least && n_equal;
		s->n_left_out += site->is_left_out;
	}
	return true;
}

bool
sites_count(struct sites *s, struct world *world, size_t n_most)
{
	struct counting w = {.s = s, .world = world};
	struct site_part **list, *part, *next;
	bool ok;

	w.owners = owners_find(&world->reach);
	if (!w.owners)
		return false;
	heap_walk(&world->reach.g.heap, count, &w);
	owners_free(w.owners);
	list = bigarray_map(s->n_parts, sizeof *list);
	s->all = bigarray_map(s->n_parts, sizeof *s->all);
	ok = !w.failed && list && s->all;
	if (ok) {
		size_t i = 0;

		HASH_ITER(hh, s->parts, part, next)
		{
			part->key = key_of(world, part);
			list[i++] = part;
		}
		sort_array(list, s->n_parts, sizeof *list, by_key);
		join(s, list);
		ok = leave_out(s, n_most);
	}
	if (list)
		bigarray_unmap(list, s->n_parts, sizeof *list);
	return ok;
}

const struct site *
sites_find(const struct sites *s, struct world *world, void *o, uintptr_t node)
{
	struct source_block block;
	struct site_part *part;
	struct class *k;

	if (!block_of(world, node, &block))
		return NULL;
	k = classes_intern(&world->classes, o);
	part = k ? find_part(s, k, block.stack) : NULL;
	return part ? &s->all[part->site] : NULL;
}

void
sites_fini(struct sites *s)
{
	if (s->all)
		bigarray_unmap(s->all, s->n_parts, sizeof *s->all);
	HASH_CLEAR(hh, s->parts);
}
