#include "config.h"

#include "shim/record/bigblocks.h"

#include "common/hash.h"
#include "common/spin.h"

struct big {
	void *address;
	size_t size;
	UT_hash_handle hh;
};

static struct big *bigs; /* guarded by bigs_lock */
static atomic_flag bigs_lock = ATOMIC_FLAG_INIT;

void
bigblocks_record(void *p, size_t size)
{
	struct big *b;

	spin_lock(&bigs_lock);
	HASH_FIND_PTR(bigs, &p, b);
	if (!b) {
		b = hash_pool_grab(sizeof *b);
		if (b) {
			b->address = p;
			HASH_ADD_PTR(bigs, address, b);
		}
	}
	if (b)
		b->size = size;
	spin_unlock(&bigs_lock);
}

size_t
bigblocks_find(const void *p)
{
	struct big *b;
	size_t size = 0;

	spin_lock(&bigs_lock);
	HASH_FIND_PTR(bigs, &p, b);
	if (b)
		size = b->size;
	spin_unlock(&bigs_lock);
	return size;
}

void
bigblocks_forget(void *p)
{
	struct big *b;

	spin_lock(&bigs_lock);
	HASH_FIND_PTR(bigs, &p, b);
	if (b) {
		HASH_DEL(bigs, b);
		hash_pool_drop(b, sizeof *b);
	}
	spin_unlock(&bigs_lock);
}

void
bigblocks_clear(void)
{
	struct big *b, *next;

	spin_lock(&bigs_lock);
	for (b = bigs; b; b = next) {
		next = b->hh.next;
		HASH_DEL(bigs, b);
		hash_pool_drop(b, sizeof *b);
	}
	spin_unlock(&bigs_lock);
}
