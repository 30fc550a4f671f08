#include "config.h"

#include "analysis/reach/witness.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "analysis/reach/blocks.h"
#include "common/buf.h"
#include "python/objects.h"
#include "python/peek.h"

enum { MOST_WATCHED = 16 };

struct witness {
	const struct reach *r;
	const char *name;
	uintptr_t watched[MOST_WATCHED]; /* nodes */
	size_t n;
};

static const char *
type_name(const void *o)
{
	return (const char *)object_word(object_type(o), TP_NAME);
}

static int
watch(uintptr_t node, void *ctx)
{
	struct witness *w = ctx;
	void *o = reach_object(w->r, node);
	const char *name = o ? type_name(o) : "", *dot = strrchr(name, '.');
	struct source_block b;

	/* After a mark, what is older is of no interest. */
	if (w->r->s->only_new && (!w->r->s->find_block(node, &b) || b.is_old))
		return 0;
	if (!strcmp(dot ? dot + 1 : name, w->name))
		w->watched[w->n++] = node;
	return w->n == MOST_WATCHED;
}

static void
print_object(struct buf *b, const struct reach *r, uintptr_t node)
{
	void *o = reach_object(r, node);

	buf_printf(b, "%s %s 0x%lx+%lu",
		   heap_is_marked(&r->g.heap, node) ? "the marked" : "the lost",
		   o ? type_name(o) :
		   heap_is(&r->g.heap, node, HEAP_FOREIGNERS) ?
		       "block of malloc's" :
		       "memory of Python's",
		   node, heap_end(&r->g.heap, node) - node);
}

static void
print_word(const struct witness *w, const struct map *map, uintptr_t at,
	   uintptr_t target)
{
	const struct reach *r = w->r;
	uintptr_t node = heap_find(&r->g.heap, at);
	struct buf b;

	buf_init(&b);
	buf_printf(&b, "leakshim: 0x%lx in the ", at);
	buf_printf(&b, "%s at 0x%lx",
		   map->flags & MAP_IS_STACK ? "stack" :
		   map->flags & MAP_IS_HEAP  ? "C heap" :
		   map->flags & MAP_IS_FILE  ? "file's data" :
					       "memory",
		   map->start);
	if (node) {
		buf_put(&b, ", in ");
		print_object(&b, r, node);
	} else {
		buf_put(&b, ranges_contain(&r->g.not_roots, at) ? ", no root" :
								  ", a root");
	}
	buf_put(&b, ", leads to ");
	print_object(&b, r, target);
	buf_putc(&b, '\n');
	syscall(SYS_write, 2, b.data, b.len);
	buf_fini(&b);
}

static void
look_into(const struct witness *w, const struct map *map)
{
	uintptr_t words[512], at;
	size_t i, k;

	for (at = map->start; at + sizeof words <= map->end;
	     at += sizeof words) {
		if (!peek(words, at, sizeof words))
			continue;
		for (i = 0; i < sizeof words / sizeof *words; i++)
			for (k = 0; k < w->n; k++)
				if (heap_find(&w->r->g.heap,
					      words[i] & ~(uintptr_t)7) ==
				    w->watched[k])
					print_word(w, map, at + i * 8,
						   w->watched[k]);
	}
}

static void
print_stack(const struct source *s)
{
	struct buf b;

	buf_init(&b);
	buf_printf(&b, "leakshim: the stack is looked at from 0x%lx on\n",
		   s->stack_from);
	syscall(SYS_write, 2, b.data, b.len);
	buf_fini(&b);
}

void
witness_print(const struct reach *r, const char *name)
{
	const unsigned wanted = MAP_IS_READABLE | MAP_IS_WRITABLE;
	const unsigned unwanted = MAP_IS_SPECIAL | MAP_IS_DEVICE;
	struct witness w = {.r = r, .name = name};
	size_t i;

	print_stack(r->s);
	heap_walk(&r->g.heap, watch, &w);
	for (i = 0; i < r->g.maps.n; i++) {
		const struct map *map = &r->g.maps.all[i];

		if ((map->flags & (wanted | unwanted)) == wanted)
			look_into(&w, map);
	}
}
