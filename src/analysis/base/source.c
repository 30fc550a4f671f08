#include "config.h"

#include "analysis/base/source.h"

#include "python/objects.h"

struct source_block
source_allocated(const struct source *s, const void *o)
{
	struct source_block block = {0};

	if (!s->find_block || !s->find_block(object_block(o), &block)) {
		block.is_startup = s->sees_all;
		block.is_unknown = s->sees_some;
		block.is_before = s->since_attach;
		block.is_old = s->only_new;
	}
	return block;
}

/*
 * Only the thread that forks survives in the child.  What the others had on
 * their stacks, and in the frames that CPython then discards, is held by
 * nothing, but not because of a missing Py_DECREF. What the parent itself lost,
 * it reports.
 */
bool
source_was_left(const struct source *s, const struct source_block *b)
{
	return s->has_left_threads && s->is_inherited(b->stack);
}
