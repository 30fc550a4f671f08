#include "config.h"

#include "shim/check/growths.h"

#include "analysis/base/source.h"
#include "analysis/growth/history.h"
#include "common/options.h"
#include "common/ownmap.h"
#include "shim/base/clone.h"

struct table {
	struct history *h;
	size_t bytes; /* reserved; only what is written to is there */
};

static struct table before, after;
static size_t n_bytes; /* in use of `before' */

static void
drop(struct table *t)
{
	ownunmap(t->h, t->bytes);
	*t = (struct table){NULL, 0};
}

void
growths_prepare(struct source *s)
{
	int growth = s->options->growth;

	drop(&after);
	if (!growth || s->only_new)
		return;
	after.bytes = history_bytes(growth);
	after.h = ownmap_shared(after.bytes);
	if (!after.h)
		return;
	history_begin(after.h, growth, before.h);
	after.h->at_ns = clone_now_ns();
	s->history_before = before.h;
	s->history = after.h;
}

void
growths_settle(void)
{
	if (after.h && after.h->is_complete) {
		drop(&before);
		before = after;
		after = (struct table){NULL, 0};
	}
	drop(&after);
	n_bytes = before.h ? history_used(before.h) : 0;
}

void
growths_forget(void)
{
	drop(&before);
	drop(&after);
	n_bytes = 0;
}

size_t
growths_bytes(void)
{
	return n_bytes;
}

const size_t *
growths_counter(void)
{
	return &n_bytes;
}
