#include "config.h"

#include "analysis/reach/worklist.h"

void
worklist_begin(struct worklist *p)
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
worklist_has(const struct worklist *p, uintptr_t node)
{
	size_t i = slot_of(node);

	for (; p->seen[i % WORKLIST_SEEN].stamp == p->stamp; i++)
		if (p->seen[i % WORKLIST_SEEN].node == node)
			return true;
	return false;
}

bool
worklist_add(struct worklist *p, uintptr_t node)
{
	size_t i = slot_of(node);

	if (p->n == WORKLIST_MOST)
		return false;
	for (; p->seen[i % WORKLIST_SEEN].stamp == p->stamp; i++)
		if (p->seen[i % WORKLIST_SEEN].node == node)
			return false;
	p->seen[i % WORKLIST_SEEN].node = node;
	p->seen[i % WORKLIST_SEEN].stamp = p->stamp;
	p->all[p->n++] = node;
	return true;
}

uintptr_t
worklist_next(struct worklist *p)
{
	return p->at < p->n ? p->all[p->at++] : 0;
}
