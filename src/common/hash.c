#include "config.h"

#include "common/hash.h"

#include <stdatomic.h>
#include <stdint.h>

#include "common/ownmap.h"
#include "common/spin.h"

enum {
	POOL_CHUNK_BYTES = 128 * 1024,
	POOL_MIN_SHIFT = 4,
	POOL_MAX_SHIFT = 16, /* bigger blocks are mappings of their own */
};

struct free_block {
	struct free_block *next;
};

/* All guarded by pool_lock. */
static struct free_block *free_lists[POOL_MAX_SHIFT + 1];
static char *chunk;
static size_t chunk_left;
static atomic_flag pool_lock = ATOMIC_FLAG_INIT;

static unsigned
shift_of(size_t n)
{
	unsigned shift = POOL_MIN_SHIFT;

	while (((size_t)1 << shift) < n)
		shift++;
	return shift;
}

size_t
hash_pool_bytes(size_t n)
{
	return n > (size_t)1 << POOL_MAX_SHIFT ? n : (size_t)1 << shift_of(n);
}

void *
hash_pool_grab(size_t n)
{
	unsigned shift;
	size_t bytes;
	void *p = NULL;

	if (n > (size_t)1 << POOL_MAX_SHIFT)
		return ownmap(n);
	shift = shift_of(n);
	bytes = (size_t)1 << shift;
	spin_lock(&pool_lock);
	if (free_lists[shift]) {
		p = free_lists[shift];
		free_lists[shift] = free_lists[shift]->next;
	} else {
		if (chunk_left < bytes) {
			chunk = ownmap(POOL_CHUNK_BYTES);
			chunk_left = chunk ? POOL_CHUNK_BYTES : 0;
		}
		if (chunk_left >= bytes) {
			p = chunk;
			chunk += bytes;
			chunk_left -= bytes;
		}
	}
	spin_unlock(&pool_lock);
	return p;
}

void
hash_pool_drop(void *p, size_t n)
{
	struct free_block *b = p;
	unsigned shift;

	if (!p)
		return;
	if (n > (size_t)1 << POOL_MAX_SHIFT) {
		ownunmap(p, n);
		return;
	}
	shift = shift_of(n);
	spin_lock(&pool_lock);
	b->next = free_lists[shift];
	free_lists[shift] = b;
	spin_unlock(&pool_lock);
}
