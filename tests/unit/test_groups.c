#include "config.h"

#include "analysis/islands/groups.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/cycles/graph.h"
#include "common/options.h"
#include "model.h"
#include "tap.h"

enum { MOST_BLOCKS = 64 };

/* What the side table would know of each object. */
struct row {
	void *object;
	struct source_block block;
};

static struct row rows[MOST_BLOCKS];
static size_t n_rows;
static struct options options;
static struct source source;
static void *node, *item;

static bool
find_block(uintptr_t address, struct source_block *out)
{
	size_t i;

	for (i = 0; i < n_rows; i++) {
		if ((uintptr_t)rows[i].object - address > 16)
			continue;
		*out = rows[i].block;
		return true;
	}
	return false;
}

/* Of stack n: the line n of a file. */
static size_t
lines(uint32_t stack, struct report_line *out, size_t n_max)
{
	if (!n_max)
		return 0;
	out[0] = (struct report_line){"make", "/srv/program.py", (int)stack};
	return 1;
}

static void *
make(void *type, uint32_t stack)
{
	void *o = model_object(type);

	rows[n_rows++] = (struct row){o, {.stack = stack}};
	return o;
}

/* Two that hold each other. */
static void *
make_mixed_ring(void *type, void *other, uint32_t stack)
{
	void *a = make(type, stack), *b = make(other, stack);

	model_hold(a, b);
	model_hold(b, a);
	return a;
}

static void *
make_ring(void *type, uint32_t stack)
{
	return make_mixed_ring(type, type, stack);
}

static void
begin(void)
{
	model_begin();
	n_rows = 0;
	memset(&source, 0, sizeof source);
	options = (struct options){.backtrace = 8};
	source.options = &options;
	source.find_block = find_block;
	source.lines = lines;
	node = model_type("Node");
	item = model_type("Item");
}

struct outcome {
	struct arena arena;
	struct mirror m;
	struct graph g;
	struct classes classes;
	struct groups groups;
};

static void
group(struct outcome *r, const uint32_t *verdict_of, uint32_t verdict)
{
	static node_id ids[MOST_BLOCKS];
	size_t i;

	*r = (struct outcome){.m = model_mirror()};
	for (i = 0; i < r->m.n; i++)
		ids[i] = (node_id)i;
	if (!graph_init(&r->g, &r->m, ids, r->m.n, graph_traverse, NULL))
		abort();
	classes_init(&r->classes, &r->arena, NULL);
	groups_add(&r->groups, &r->g, &r->m, &source, &r->classes, verdict_of,
		   verdict);
}

static void
end(struct outcome *r)
{
	groups_fini(&r->groups);
	graph_fini(&r->g);
	mirror_fini(&r->m);
	arena_fini(&r->arena);
}

static int64_t
count_in(const struct group *g, const char *name)
{
	size_t i;

	for (i = 0; i < g->n_classes; i++)
		if (!strcmp(g->classes[i].class->name, name))
			return g->classes[i].count;
	return 0;
}

static void
alike(void)
{
	struct outcome r;
	const struct group *g;
	void *second;

	begin();
	make_ring(node, 1);
	second = make_ring(node, 1);
	model_hold(second, make(item, 9)); /* hangs off the second alone */
	make_ring(node, 1);
	group(&r, NULL, 0);
	is_number((int64_t)r.groups.n, 1, "islands of one cause are one group");
	g = r.groups.table;
	ok(!r.groups.failed, "there is memory");
	is_number(g->count, 3, "it counts them");
	is_number(g->objects, 7, "and their objects");
	is_number(g->bytes, 7 * MODEL_OBJECT_BYTES,
		  "and their bytes, headers included");
	is_number(count_in(g, "Node"), 6, "type by type");
	is_number(count_in(g, "Item"), 1, "what hangs off one as well");
	is_number((int64_t)g->n_ring, 2, "it knows its ring");
	is_number(g->island, 0, "the first is the example");
	end(&r);
}

static void
different(void)
{
	struct outcome r;

	begin();
	make_ring(node, 1);
	make_ring(node, 2);
	group(&r, NULL, 0);
	is_number((int64_t)r.groups.n, 2, "another stack, another group");
	end(&r);

	begin();
	/* Its name comes first: it stands for each of them. */
	make_mixed_ring(item, node, 1);
	make_mixed_ring(item, model_type("Other"), 1);
	group(&r, NULL, 0);
	is_number((int64_t)r.groups.n, 2, "another ring, another group");
	end(&r);
}

static void
asked_about(void)
{
	static const uint32_t verdicts[] = {3, 4};
	struct outcome r;
	void *old;

	begin();
	make_ring(node, 1);
	make_ring(node, 2);
	group(&r, verdicts, 4);
	is_number((int64_t)r.groups.n, 1, "those of the verdict alone");
	is_number(r.groups.table->allocated.stack, 2, "it is the second one");
	end(&r);

	begin();
	old = make_ring(node, 1);
	model_hold(old, make(item, 1));
	rows[0].block.is_old = rows[1].block.is_old = true;
	make_ring(node, 1);
	source.only_new = true;
	group(&r, NULL, 0);
	is_number(r.groups.table->count, 1,
		  "after a mark an older ring is left out");
	end(&r);
	source.only_new = false;
	group(&r, NULL, 0);
	is_number(r.groups.table->count, 2, "and is there without one");
	end(&r);
}

static void
epochs(void)
{
	struct outcome r;

	begin();
	make_ring(node, 1);
	make_ring(node, 1);
	rows[2].block.epoch = rows[3].block.epoch = 1;
	group(&r, NULL, 0);
	is_number((int64_t)r.groups.n, 1, "epochs say nothing");
	end(&r);
	source.by_epoch = true;
	group(&r, NULL, 0);
	is_number((int64_t)r.groups.n, 2, "unless they are asked for");
	end(&r);
}

int
main(void)
{
	alike();
	different();
	asked_about();
	epochs();
	return tap_done();
}
