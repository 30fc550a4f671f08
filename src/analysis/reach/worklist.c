#include "config.h"

#include "analysis/reach/worklist.h"

#include "analysis/base/bigarray.h"

enum { GROWTH = 8 };

void
worklist_fini(struct worklist *p)
{
	if (!p->room)
		return;
	bigarray_unmap(p->more, p->room / 2, sizeof *p->more);
	bigarray_unmap(p->more_seen, p->room, sizeof *p->more_seen);
	p->room = 0;
}

void
worklist_begin(struct worklist *p)
{
	/* What one object needed, many may: to map it anew costs far more. */
	p->stamp++;
	p->n = p->at = 0;
	p->is_cut = false;
}

static size_t
room_of(const struct worklist *p)
{
	return p->room ? p->room : WORKLIST_USUAL;
}

/* Where the node stands, or would. */
static struct worklist_slot *
slot_of(const struct worklist *p, uintptr_t node)
{
	const struct worklist_slot *seen = p->room ? p->more_seen : p->seen;
	size_t room = room_of(p);
	size_t i = (node >> 4) * 0x9e3779b97f4a7c15ULL >> 32;

	while (seen[i & (room - 1)].stamp == p->stamp &&
	       seen[i & (room - 1)].node != node)
		i++;
	return (struct worklist_slot *)&seen[i & (room - 1)];
}

bool
worklist_has(const struct worklist *p, uintptr_t node)
{
	return slot_of(p, node)->stamp == p->stamp;
}

static uintptr_t *
list_of(struct worklist *p)
{
	return p->room ? p->more : p->all;
}

static bool
grow(struct worklist *p)
{
	size_t room = room_of(p) * GROWTH, i;
	uintptr_t *all = bigarray_map(room / 2, sizeof *all);
	struct worklist_slot *seen = bigarray_map(room, sizeof *seen);

	if (!all || !seen) {
		if (all)
			bigarray_unmap(all, room / 2, sizeof *all);
		if (seen)
			bigarray_unmap(seen, room, sizeof *seen);
		p->is_cut = true;
		return false;
	}
	for (i = 0; i < p->n; i++)
		all[i] = list_of(p)[i];
	worklist_fini(p);
	p->room = room;
	p->more = all;
	p->more_seen = seen;
	for (i = 0; i < p->n; i++)
		*slot_of(p, all[i]) = (struct worklist_slot){all[i], p->stamp};
	return true;
}

bool
worklist_add(struct worklist *p, uintptr_t node)
{
	struct worklist_slot *slot = slot_of(p, node);

	if (slot->stamp == p->stamp)
		return false;
	if (p->n == room_of(p) / 2) {
		if (!grow(p))
			return false;
		slot = slot_of(p, node);
	}
	*slot = (struct worklist_slot){node, p->stamp};
	list_of(p)[p->n++] = node;
	return true;
}

uintptr_t
worklist_next(struct worklist *p)
{
	return p->at < p->n ? list_of(p)[p->at++] : 0;
}
