#include "config.h"

#include "analysis/check/surplus.h"

#include <string.h>

#include "analysis/islands/describe.h"
#include "analysis/islands/shared.h"
#include "analysis/reach/blocks.h"
#include "analysis/reach/holders.h"
#include "analysis/reach/mark.h"
#include "analysis/reach/preattach.h"
#include "analysis/reach/roots.h"
#include "analysis/reach/uncounted.h"
#include "python/objects.h"

enum {
	FEWEST_LOST = 100,
	/* One of that many: fewer may be a matter of how they are counted. */
	PART_LOST = 4,
	FEW_REFERENCES = 65536,
	ADDRESS_BITS = 48,
	MOST_SHIFTED = 4,
};

struct recount {
	struct reach *r;
	uintptr_t low, high; /* all suspects are in [low, high) */
	bool is_blind;       /* a block cannot be read */
};

static bool
is_suspect(const struct hub *hub)
{
	int64_t lost = hub->refcount - hub->found;

	return lost >= FEWEST_LOST && lost >= hub->refcount / PART_LOST;
}

/* Keep only the suspects.  False when memory is out: then none is kept. */
static bool
keep_suspects(struct hubs *hubs)
{
	const struct hub *hub;
	struct hubs kept;
	bool ok = hubs_init(&kept);
	size_t at = 0;

	while (ok && (hub = hubs_next(hubs, &at)))
		if (is_suspect(hub))
			hubs_add(&kept, hub);
	hubs_fini(hubs);
	*hubs = kept;
	return ok;
}

static void
count_words(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	const struct reach *r = ctx;
	const uintptr_t *p;

	for (p = from; p < to; p++) {
		uintptr_t node = heap_find(&r->g.heap, *p);

		if (node)
			hubs_count(&r->hubs, node);
	}
}

/* What is lost was not visited by the mark, and holds all the same. */
static int
count_lost(uintptr_t node, void *ctx)
{
	const struct reach *r = ctx;

	reach_words(r, node, count_words, ctx);
	return 0;
}

static void
count_address(const struct recount *c, uintptr_t word)
{
	uintptr_t node, address = word & (((uintptr_t)1 << ADDRESS_BITS) - 1);

	/* Unsigned: below `low' is far above. */
	if (address - c->low >= c->high - c->low)
		return;
	node = heap_find(&c->r->g.heap, address);
	if (node)
		hubs_count(&c->r->hubs, node);
}

/*
 * A pointer may begin at each byte and have a tag above its 48 bits or below.
 * In whole words it may be shifted down, to look like a number (JavaScript
 * engines do that), or be inverted, to be hidden from conservative collectors.
 */
static void
count_bytes(const uintptr_t *from, const uintptr_t *to, void *ctx)
{
	const unsigned char *p = (const unsigned char *)from;
	const unsigned char *end = (const unsigned char *)to;
	const struct recount *c = ctx;
	int shift;

	for (; p + sizeof(uintptr_t) <= end; p++) {
		uintptr_t word;

		memcpy(&word, p, sizeof word);
		count_address(c, word);
		if ((uintptr_t)p & 7)
			continue;
		count_address(c, ~word);
		for (shift = 1; shift <= MOST_SHIFTED; shift++)
			count_address(c, word << shift);
	}
}

/* Alive or not, reached or lost, object or memory: each may hold references. */
static int
count_in_node(uintptr_t node, void *ctx)
{
	struct recount *c = ctx;
	uintptr_t end = heap_end(&c->r->g.heap, node);

	if (!maps_can_read(&c->r->g.maps, node, end - node)) {
		c->is_blind = true;
		return 1;
	}
	count_bytes((uintptr_t *)node, (uintptr_t *)end, c);
	return reach_is_late(c->r);
}

static void
begin(struct recount *c)
{
	size_t at = 0;
	struct hub *hub;

	c->low = UINTPTR_MAX;
	while ((hub = hubs_next(&c->r->hubs, &at))) {
		uintptr_t end = heap_end(&c->r->g.heap, hub->node);

		hub->found = 0;
		c->low = hub->node < c->low ? hub->node : c->low;
		c->high = end > c->high ? end : c->high;
	}
}

static bool
recount(struct reach *r, const char **why)
{
	struct recount c = {.r = r};
	enum roots_part part;

	begin(&c);
	for (part = ROOTS_STACKS; part <= ROOTS_SEALED; part++)
		roots_visit(&r->g, part, count_bytes, &c);
	count_bytes(r->notcloned->words, r->notcloned->words + r->notcloned->n,
		    &c);
	uncounted_visit_all(r, count_bytes, &c);
	if (!heap_walk(&r->g.heap, count_in_node, &c))
		return true;
	if (c.is_blind)
		*why = "memory that cannot be read may hold what looks like "
		       "surplus references";
	else if (r->gave_up)
		*why = "the search for surplus references did not finish in "
		       "time: timeout=SECONDS gives it longer";
	return false;
}

bool
surplus_find(struct reach *r, const char **why)
{
	*why = "no memory for the search for surplus references (RLIMIT_AS or "
	       "the container's limit): raise it";
	if (!keep_suspects(&r->hubs))
		return false;
	if (!r->hubs.n)
		return true;
	heap_walk_unmarked(&r->g.heap, count_lost, r);
	if (!keep_suspects(&r->hubs))
		return false;
	if (!r->hubs.n || recount(r, why))
		return keep_suspects(&r->hubs);
	hubs_fini(&r->hubs);
	return false;
}

/* As often as there are registers that could not be read, each may hold it. */
static bool
may_be_in_registers(const struct check *c, const struct hub *hub)
{
	int64_t n = (int64_t)c->world.source->n_unread * REACH_REGISTERS;

	return n && hub->refcount - hub->found < FEWEST_LOST + n;
}

/*
 * It is not certain that the block holds an object, and not a table whose
 * {hash, key} with a type as the key looks like one: the hash is the type's
 * address, shifted, and far beyond what is common for references.
 */
static bool
may_be_a_hash(const struct hub *hub, const struct source_block *b)
{
	return !b->may_be_object && hub->refcount >= FEW_REFERENCES;
}

/* The one object of a finding, if others may have it. */
static bool
describe_kin(struct check *c, void *o, struct finding *f)
{
	struct shared_islands *table = NULL;
	struct class *class = classes_intern(&c->world.classes, o);
	struct shared_island is = {
		.objects = 1,
		.bytes = f->bytes,
		.classes = &class,
		.n_classes = 1,
	};

	if (!class || !shared_of_object(c->world.source, o, &is.id))
		return class;
	class->count = 1;
	class->bytes = f->bytes;
	return shared_add(&table, &c->world.arena, &is) &&
	       shared_describe(&table, &c->world.arena, f);
}

bool
surplus_walk(struct check *c, void (*each)(struct check *c, struct finding *f))
{
	const struct hub *hub;
	size_t at = 0;

	while ((hub = hubs_next(&c->world.reach.hubs, &at))) {
		struct source_block b =
			source_allocated(c->world.source, hub->object);
		struct finding f;

		if (b.is_old || may_be_a_hash(hub, &b))
			continue;
		if (source_was_left(c->world.source, &b)) {
			omissions_count(&c->omissions, OMISSION_LEFT, 1);
			continue;
		}
		if (b.is_before &&
		    preattach_is_constant(&c->world.reach.g.maps,
					  object_type(hub->object))) {
			omissions_count(&c->omissions, OMISSION_CONSTANTS, 1);
			continue;
		}
		if (b.is_unknown) {
			omissions_count(&c->omissions, OMISSION_AGELESS, 1);
			continue;
		}
		if (may_be_in_registers(c, hub)) {
			omissions_count(&c->omissions, OMISSION_REGISTERS, 1);
			continue;
		}
		if (!describe_object(&c->world.arena, c->world.source,
				     &c->world.classes, hub->object, &f) ||
		    !holders_describe(&c->world, hub, &f) ||
		    !describe_kin(c, hub->object, &f))
			return false;
		f.kind = FINDING_LOST_REFERENCE;
		f.reason = REASON_SURPLUS;
		f.state = b.is_startup ? STATE_STARTUP : STATE_NEW;
		f.refcount = hub->refcount;
		f.references_found = hub->found;
		f.references_lost = hub->refcount - hub->found;
		each(c, &f);
	}
	return true;
}
