#include "config.h"

#include "shim/check/suspects.h"

#include "python/objects.h"
#include "shim/check/inspection.h"
#include "shim/record/hooks.h"
#include "shim/record/sidetable.h"

void
suspects_mark(const struct page *page)
{
	size_t i;

	hooks_install_identity();
	if (!hooks_prove_identity())
		return;
	for (i = 0; i < page->n_suspects; i++) {
		void *o = (void *)page->suspects[i].address;
		void *block = (void *)object_block(o);

		/* A block from before the hooks: from now on it is known. */
		if (!sidetable_flag(block, BLOCK_IS_MARKED))
			sidetable_record(block, 0, 0, BLOCK_IS_MARKED);
	}
}

bool
suspects_any_left(const struct page *page)
{
	size_t i;

	if (!hooks_prove_identity())
		return page->n_suspects > 0;
	for (i = 0; i < page->n_suspects; i++) {
		/* Not object_block(): the object may be gone. */
		const struct suspect *s = &page->suspects[i];
		uintptr_t p = s->address;
		struct block b;
		int back;

		for (back = 0; back <= 32; back += 8)
			if (sidetable_find((void *)(p - (uintptr_t)back), &b) &&
			    b.flags & BLOCK_IS_MARKED)
				return true;
	}
	return false;
}

/*
 * A block from before the hooks, known for its mark alone: a later check would
 * take it for one of 0 bytes.
 */
void
suspects_forget(const struct page *page)
{
	size_t i;

	if (!hooks_prove_identity())
		return;
	for (i = 0; i < page->n_suspects; i++) {
		uintptr_t p = page->suspects[i].address;
		struct block b;
		int back;

		for (back = 0; back <= 32; back += 8)
			if (sidetable_find((void *)(p - (uintptr_t)back), &b) &&
			    !b.size && b.flags == BLOCK_IS_MARKED)
				sidetable_forget((void *)(p - (uintptr_t)back));
	}
}
