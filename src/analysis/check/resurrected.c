#include "config.h"

#include "analysis/check/resurrected.h"

#include "analysis/islands/describe.h"
#include "analysis/islands/groups.h"
#include "analysis/islands/shared.h"
#include "common/hash.h"
#include "python/objects.h"
#include "python/sizes.h"

struct seen {
	uint64_t key; /* class and stack */
	struct finding finding;
	struct shared_islands *shared;
	UT_hash_handle hh;
};

static bool
is_resurrected(struct check *c, node_id id, struct class **class)
{
	void *o = mirror_object(&c->world.mirror, id);

	if (!(c->world.mirror.nodes[id].flags & NODE_REACHABLE) ||
	    !object_is_finalized(o))
		return false;
	*class = classes_intern(&c->world.classes, o);
	/* Generators and files have the flag too, and nothing to lose. */
	return *class && (*class)->is_python && (*class)->has_finalizer;
}

static bool
count_kin(struct check *c, struct seen *s, void *o, struct class *class)
{
	struct shared_island is = {
		.objects = 1,
		.bytes = object_bytes(o),
		.classes = &class,
		.n_classes = 1,
	};

	if (!shared_of_object(c->world.source, o, &is.id))
		return true;
	class->count = 1;
	class->bytes = is.bytes;
	return shared_add(&s->shared, &c->world.arena, &is);
}

static bool
count(struct check *c, node_id id, struct class *class, struct seen **table)
{
	void *o = mirror_object(&c->world.mirror, id);
	struct source_block block = source_allocated(c->world.source, o);
	struct seen *s;
	uint64_t key;

	if (block.is_old)
		return true;
	key = class->id;
	key = key << 32 | block.stack;
	HASH_FIND(hh, *table, &key, sizeof key, s);
	if (s) {
		s->finding.count++;
		s->finding.objects++;
		s->finding.bytes += object_bytes(o);
		return count_kin(c, s, o, class);
	}
	s = arena_grab(&c->world.arena, sizeof *s);
	if (!s || !describe_object(&c->world.arena, c->world.source,
				   &c->world.classes, o, &s->finding))
		return false;
	s->key = key;
	HASH_ADD(hh, *table, key, sizeof key, s);
	return !hash_was_full(&s->hh) && count_kin(c, s, o, class);
}

bool
resurrected_walk(struct check *c,
		 void (*each)(struct check *c, struct finding *f))
{
	struct seen *table = NULL, *s, *next;
	struct class *class;
	bool ok = true;
	size_t i;

	for (i = 0; i < c->world.mirror.n && ok; i++)
		if (is_resurrected(c, (node_id)i, &class))
			ok = count(c, (node_id)i, class, &table);
	HASH_ITER(hh, table, s, next)
	{
		ok &= shared_describe(&s->shared, &c->world.arena, &s->finding);
		each(c, &s->finding);
	}
	HASH_CLEAR(hh, table);
	return ok;
}
