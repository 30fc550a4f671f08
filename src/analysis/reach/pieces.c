#include "config.h"

#include "analysis/reach/pieces.h"

void
pieces_begin(struct pieces *p)
{
	p->stamp++;
	p->n = p->at = 0;
}

/* Where the search for it begins. */
static size_t
slot_of(uintptr_t node)
{
	return (node >> 4) * 0x9e3779b97f4a7c15ULL >> 51;
}

bool
pieces_has(const struct pieces *p, uintptr_t node)
{
	size_t i = slot_of(node);

	for (; p->seen[i % PIECES_SEEN].stamp == p->stamp; i++)
		if (p->seen[i % PIECES_SEEN].node == node)
			return true;
	return false;
}

bool
pieces_add(struct pieces *p, uintptr_t node)
{
	size_t i = slot_of(node);

	if (p->n == PIECES_MOST)
		return false;
	for (; p->seen[i % PIECES_SEEN].stamp == p->stamp; i++)
		if (p->seen[i % PIECES_SEEN].node == node)
			return false;
	p->seen[i % PIECES_SEEN].node = node;
	p->seen[i % PIECES_SEEN].stamp = p->stamp;
	p->all[p->n++] = node;
	return true;
}

uintptr_t
pieces_next(struct pieces *p)
{
	return p->at < p->n ? p->all[p->at++] : 0;
}
