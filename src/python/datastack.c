#include "config.h"

#include "python/datastack.h"

#include "python/api.h"
#include "python/interpreters.h"
#include "python/layout.h"

/* struct _stack_chunk { previous; size_t size; size_t top; data[] }. */
enum {
	CHUNK_SIZE = 8,
	CHUNK_TOP = 16, /* in words of data, when the next chunk was begun */
	CHUNK_DATA = 24,
	SMALLEST_CHUNK = 16384, /* DATA_STACK_CHUNK_SIZE */
	STATE_WORDS = 96,       /* of a thread state that are looked at */
	MAX_CHUNKS = 1 << 16,
};

struct walk {
	bool (*can_read)(uintptr_t address, size_t n);
	void (*unused)(uintptr_t start, uintptr_t end, void *ctx);
	void *ctx;
};

static uintptr_t
word(uintptr_t address)
{
	return *(const uintptr_t *)address;
}

/* The size of the chunk at c, 0 if there is none. */
static size_t
chunk_bytes(const struct walk *w, uintptr_t c)
{
	size_t n;

	if (!c || c & 7 || !w->can_read(c, CHUNK_DATA))
		return 0;
	n = word(c + CHUNK_SIZE);
	return n >= SMALLEST_CHUNK && !(n & (n - 1)) && w->can_read(c, n) ? n :
									    0;
}

static bool
fits(const struct walk *w, uintptr_t c, uintptr_t top, uintptr_t limit)
{
	size_t n = chunk_bytes(w, c);

	return n && limit == c + n && top >= c + CHUNK_DATA && top <= limit &&
	       !(top & 7);
}

static void
walk_chunks(const struct walk *w, uintptr_t c, uintptr_t top)
{
	int i;

	for (i = 0; i < MAX_CHUNKS; i++) {
		size_t n = chunk_bytes(w, c);

		if (!n || top < c + CHUNK_DATA || top > c + n)
			return;
		w->unused(top, c + n, w->ctx);
		c = word(c);
		if (!chunk_bytes(w, c))
			return;
		top = c + CHUNK_DATA + word(c + CHUNK_TOP) * 8;
	}
}

static void
walk_thread(void *tstate, void *walk)
{
	const struct walk *w = walk;
	uintptr_t p = (uintptr_t)tstate, end = p + STATE_WORDS * 8;

	for (; p + 24 <= end && w->can_read(p, 24); p += 8) {
		if (!fits(w, word(p), word(p + 8), word(p + 16)))
			continue;
		walk_chunks(w, word(p), word(p + 8));
		return;
	}
}

void
datastack_unused(bool (*can_read)(uintptr_t address, size_t n),
		 void (*unused)(uintptr_t start, uintptr_t end, void *ctx),
		 void *ctx)
{
	struct walk w = {can_read, unused, ctx};

	if (layout->has_data_stack)
		interpreters_visit_threads(walk_thread, &w);
}
