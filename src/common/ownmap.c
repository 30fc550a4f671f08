#include "config.h"

#include "common/ownmap.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>

enum {
	PAGE = 4096,
	LIST_RANGES = (PAGE - 16) / sizeof(struct ownmap_range),
	PATIENCE = 1 << 22, /* tries; a lock is held for a few instructions */
};

/* A page of ranges; end 0 marks a free place. */
struct list {
	struct list *next;
	size_t n_free;
	struct ownmap_range ranges[LIST_RANGES];
};

_Static_assert(sizeof(struct list) <= PAGE, "a list is one page");

static struct list *lists; /* guarded by is_locked; newest first */
static atomic_flag is_locked = ATOMIC_FLAG_INIT;

static bool
lock(void)
{
	long tries = 0;

	while (atomic_flag_test_and_set_explicit(&is_locked,
						 memory_order_acquire))
		if (++tries > PATIENCE)
			return false;
	return true;
}

static void
unlock(void)
{
	atomic_flag_clear_explicit(&is_locked, memory_order_release);
}

static void *
map(size_t bytes, int flags)
{
	int saved = errno;
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_ANONYMOUS | flags, -1, 0);

	errno = saved;
	return p == MAP_FAILED ? NULL : p;
}

static void
put_range(struct list *l, uintptr_t start, uintptr_t end)
{
	size_t i = 0;

	while (l->ranges[i].end)
		i++;
	l->ranges[i] = (struct ownmap_range){start, end};
	l->n_free--;
}

static struct list *
list_with_room(void)
{
	struct list *l = lists;

	while (l && !l->n_free)
		l = l->next;
	if (l)
		return l;
	l = map(PAGE, MAP_PRIVATE);
	if (!l)
		return NULL;
	l->n_free = LIST_RANGES;
	put_range(l, (uintptr_t)l, (uintptr_t)l + PAGE);
	l->next = lists;
	lists = l;
	return l;
}

static size_t
whole_pages(size_t bytes)
{
	return (bytes + PAGE - 1) & ~(size_t)(PAGE - 1);
}

static void *
map_listed(size_t bytes, int flags)
{
	char *p = map(bytes, flags);
	struct list *l;

	if (!p || !lock())
		return p;
	l = list_with_room();
	if (l)
		put_range(l, (uintptr_t)p, (uintptr_t)p + whole_pages(bytes));
	unlock();
	return p;
}

void *
ownmap(size_t bytes)
{
	return map_listed(bytes, MAP_PRIVATE);
}

void *
ownmap_reserve(size_t bytes)
{
	return map_listed(bytes, MAP_PRIVATE | MAP_NORESERVE);
}

void *
ownmap_shared(size_t bytes)
{
	return map_listed(bytes, MAP_SHARED | MAP_NORESERVE);
}

static void
drop_range(uintptr_t start)
{
	struct list *l;
	size_t i;

	for (l = lists; l; l = l->next) {
		for (i = 0; i < LIST_RANGES; i++) {
			if (l->ranges[i].start != start || !l->ranges[i].end)
				continue;
			l->ranges[i] = (struct ownmap_range){0};
			l->n_free++;
			return;
		}
	}
}

void
ownunmap(void *p, size_t bytes)
{
	if (!p)
		return;
	if (lock()) {
		drop_range((uintptr_t)p);
		unlock();
	}
	munmap(p, bytes);
}

void
ownmap_clear(void *p, size_t bytes)
{
	int saved = errno;

	madvise(p, bytes, MADV_DONTNEED);
	errno = saved;
}

size_t
ownmap_ranges(struct ownmap_range *out, size_t n_max)
{
	const struct list *l;
	size_t n = 0, i;

	for (l = lists; l; l = l->next) {
		for (i = 0; i < LIST_RANGES; i++) {
			if (!l->ranges[i].end)
				continue;
			if (n < n_max)
				out[n] = l->ranges[i];
			n++;
		}
	}
	return n;
}
