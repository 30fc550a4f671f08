#include "config.h"

#include "analysis/fastbins.h"

#include "analysis/bigarray.h"
#include "analysis/sort.h"
#include "python/peek.h"

enum {
	LISTS = 10,    /* the words before top */
	SIZE_WORD = 8, /* in a chunk */
	LINK_WORD = 16,
	FLAGS = 7,
	SMALLEST = 32, /* of the first list; 16 more in each that follows */
	FIRST_ROOM = 4096,
};

static uintptr_t
word(uintptr_t address)
{
	return *(const uintptr_t *)address;
}

struct bounds {
	uintptr_t start, end;
	size_t size; /* of each chunk of the list */
};

static bool
is_member(const struct bounds *b, uintptr_t chunk)
{
	return chunk % 16 == 0 && chunk >= b->start &&
	       chunk <= b->end - SMALLEST &&
	       (word(chunk + SIZE_WORD) & ~(uintptr_t)FLAGS) == b->size;
}

/* Mangled with its own address (PROTECT_PTR) since 2.32; 0: the last one. */
static uintptr_t
next(const struct bounds *b, uintptr_t chunk)
{
	uintptr_t plain = word(chunk + LINK_WORD);
	uintptr_t mangled = plain ^ (chunk + LINK_WORD) >> 12;

	return is_member(b, mangled) ? mangled :
	       is_member(b, plain)   ? plain :
				       0;
}

static int
compare(const void *a, const void *b)
{
	const uintptr_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

void
fastbins_read(struct fastbins *f, uintptr_t top_at, uintptr_t start,
	      uintptr_t end)
{
	struct bounds b = {start, end, SMALLEST};
	/* A list that was being changed may lead in a circle. */
	size_t most = (end - start) / SMALLEST, i;
	uintptr_t chunk;

	*f = (struct fastbins){NULL, 0, 0};
	for (i = 0; i < LISTS && top_at; i++, b.size += 16) {
		/* Without them top is the first member: nothing before it. */
		chunk = peek_word(top_at + 8 * i - 8 * (uintptr_t)LISTS, 0);
		while (f->n < most && is_member(&b, chunk)) {
			uintptr_t *more =
				bigarray_grow(f->all, f->n, &f->room,
					      FIRST_ROOM, sizeof *f->all);

			if (!more)
				break;
			f->all = more;
			f->all[f->n++] = chunk;
			chunk = next(&b, chunk);
		}
	}
	if (f->n)
		sort_array(f->all, f->n, sizeof *f->all, compare);
}

void
fastbins_fini(struct fastbins *f)
{
	if (f->all)
		bigarray_unmap(f->all, f->room, sizeof *f->all);
	f->all = NULL;
	f->n = f->room = 0;
}

bool
fastbins_have(const struct fastbins *f, uintptr_t chunk)
{
	size_t from = 0, to = f->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (f->all[middle] == chunk)
			return true;
		if (f->all[middle] < chunk)
			from = middle + 1;
		else
			to = middle;
	}
	return false;
}
