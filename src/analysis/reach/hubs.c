#include "config.h"

#include "analysis/reach/hubs.h"

#include <string.h>

#include "analysis/base/bigarray.h"

enum {
	FILTER_WORDS = 1 << (64 - HUBS_FILTER_SHIFT - 6),
	FEWEST_SLOTS = 256,
};

bool
hubs_init(struct hubs *h)
{
	memset(h, 0, sizeof *h);
	h->room = FEWEST_SLOTS;
	h->filter = bigarray_map(FILTER_WORDS, sizeof *h->filter);
	h->slots = bigarray_map(h->room, sizeof *h->slots);
	if (h->filter && h->slots)
		return true;
	hubs_fini(h);
	return false;
}

/* The hub's slot, or the free one where it would be. */
static struct hub *
slot_of(struct hub *slots, size_t room, uintptr_t node)
{
	size_t i = (node >> 3) * 0x9e3779b97f4a7c15ULL >> 20;

	while (slots[i & (room - 1)].node && slots[i & (room - 1)].node != node)
		i++;
	return &slots[i & (room - 1)];
}

struct hub *
hubs_find(const struct hubs *h, uintptr_t node)
{
	struct hub *hub = slot_of(h->slots, h->room, node);

	return hub->node ? hub : NULL;
}

/* Half of the slots stay free. */
static bool
make_room(struct hubs *h)
{
	size_t room = h->room * 2, i;
	struct hub *more;

	if (h->n < h->room / 2)
		return true;
	more = bigarray_map(room, sizeof *more);
	if (!more)
		return false;
	for (i = 0; i < h->room; i++)
		if (h->slots[i].node)
			*slot_of(more, room, h->slots[i].node) = h->slots[i];
	bigarray_unmap(h->slots, h->room, sizeof *h->slots);
	h->slots = more;
	h->room = room;
	return true;
}

void
hubs_add(struct hubs *h, const struct hub *hub)
{
	struct hub *slot;
	size_t bit = hubs_bit(hub->node);

	if (!make_room(h))
		return;
	slot = slot_of(h->slots, h->room, hub->node);
	if (slot->node)
		return;
	*slot = *hub;
	h->n++;
	h->filter[bit / 64] |= (uint64_t)1 << bit % 64;
}

struct hub *
hubs_next(const struct hubs *h, size_t *at)
{
	while (*at < h->room) {
		struct hub *hub = &h->slots[(*at)++];

		if (hub->node)
			return hub;
	}
	return NULL;
}

void
hubs_fini(struct hubs *h)
{
	if (h->filter)
		bigarray_unmap(h->filter, FILTER_WORDS, sizeof *h->filter);
	if (h->slots)
		bigarray_unmap(h->slots, h->room, sizeof *h->slots);
	memset(h, 0, sizeof *h);
}
