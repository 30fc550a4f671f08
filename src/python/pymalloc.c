#include "config.h"

#include "python/pymalloc.h"

#include <endian.h>
#include <string.h>

#include "python/layout.h"

/* struct pool_header; 2.7 to 3.15. */
struct header {
	uint32_t n_used;
	uint32_t padding;
	uintptr_t free_block;
	uintptr_t next, previous;
	uint32_t arena;
	uint32_t size_class;
	uint32_t next_offset; /* of the first block that was never used */
	uint32_t max_next_offset;
};

enum { HEADER_BYTES = 48 };

_Static_assert(sizeof(struct header) == HEADER_BYTES, "no padding");

size_t
pymalloc_pool_bytes(void)
{
	return layout->pool_bytes;
}

size_t
pymalloc_arena_bytes(void)
{
	return layout->arena_bytes;
}

static bool
is_header(const struct header *h, size_t pool_bytes)
{
	size_t bytes = pool_bytes - h->max_next_offset;

	/* Classes are 8 bytes apart up to 3.6, 16 from 3.7 on. */
	return !h->padding && bytes - 1 < PYMALLOC_MAX_BYTES &&
	       (bytes == (h->size_class + (size_t)1) * 8 ||
		bytes == (h->size_class + (size_t)1) * 16) &&
	       h->n_used <= (pool_bytes - HEADER_BYTES) / bytes &&
	       h->next_offset >= HEADER_BYTES && h->next_offset <= pool_bytes &&
	       (h->next_offset - HEADER_BYTES) % bytes == 0;
}

/* Take the free blocks out; false when their list leads out of the pool. */
static bool
drop_free(const struct header *h, struct pool *p, size_t n_touched)
{
	uintptr_t b = h->free_block;
	size_t n_free = 0;

	while (b) {
		size_t i;

		if (b < p->first || (b - p->first) % p->block_bytes)
			return false;
		i = (b - p->first) / p->block_bytes;
		if (i >= n_touched || !pool_block_is_live(p, i) ||
		    ++n_free > n_touched)
			return false;
		p->live[i / 64] &= ~((uint64_t)1 << i % 64);
		b = *(const uintptr_t *)b;
	}
	return n_touched - n_free == h->n_used;
}

static void
fill(struct pool *p, size_t n)
{
	size_t i;

	memset(p->live, 0, sizeof p->live);
	for (i = 0; i < n; i++)
		p->live[i / 64] |= (uint64_t)1 << i % 64;
}

bool
pymalloc_read_pool(uintptr_t start, struct pool *out)
{
	const struct header *h = (const struct header *)start;
	size_t pool_bytes = pymalloc_pool_bytes(), n_touched;

	if (!is_header(h, pool_bytes))
		return false;
	out->start = start;
	out->end = start + pool_bytes;
	out->first = start + HEADER_BYTES;
	out->block_bytes = pool_bytes - h->max_next_offset;
	out->n_blocks = (pool_bytes - HEADER_BYTES) / out->block_bytes;
	out->arena = h->arena;
	out->is_sound = true;
	n_touched = (h->next_offset - HEADER_BYTES) / out->block_bytes;
	fill(out, h->n_used ? n_touched : 0);
	if (!h->n_used || drop_free(h, out, n_touched))
		return true;
	/* In the middle of a change, by a thread without the GIL?  Keep all. */
	out->is_sound = false;
	fill(out, n_touched);
	return true;
}

/* Objects/obmalloc.c: size, domain, seven marks; the data; eight marks. */
enum {
	WRAP_BEFORE = 16,
	WRAP_AFTER = 8,
	DOMAIN_AT = 8,
	MARK = 0xfd, /* 3.8+ */
	MARK_OLD = 0xfb,
};

static bool
has_marks(const unsigned char *p, size_t n, unsigned char mark)
{
	while (n && *p == mark) {
		p++;
		n--;
	}
	return !n;
}

static bool
unwrap(uintptr_t block, size_t size, struct wrapped *out)
{
	const unsigned char *p = (const unsigned char *)block;
	unsigned char mark = p[DOMAIN_AT + 1], domain = p[DOMAIN_AT];
	uint64_t n;

	if ((mark != MARK && mark != MARK_OLD) ||
	    (domain != 'o' && domain != 'm' && domain != 'r') ||
	    size < WRAP_BEFORE + WRAP_AFTER)
		return false;
	memcpy(&n, p, sizeof n);
	n = be64toh(n);
	if (n > size - WRAP_BEFORE - WRAP_AFTER ||
	    !has_marks(p + DOMAIN_AT + 1, WRAP_BEFORE - DOMAIN_AT - 1, mark) ||
	    !has_marks(p + WRAP_BEFORE + n, WRAP_AFTER, mark))
		return false;
	*out = (struct wrapped){block + WRAP_BEFORE, n, domain == 'o'};
	return true;
}

/* What is too big for a pool comes from the RAW domain, which wraps it too. */
bool
pymalloc_unwrap(uintptr_t block, size_t size, struct wrapped *out)
{
	if (!unwrap(block, size, out))
		return false;
	unwrap(out->start, out->size, out);
	return true;
}
