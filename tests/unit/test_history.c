#include "config.h"

#include "analysis/growth/history.h"

#include <stdlib.h>

#include "tap.h"

static struct history *
make(int growth, uint64_t at_ns, const struct history *before)
{
	struct history *h = calloc(1, history_bytes(growth));

	history_begin(h, growth, before);
	h->at_ns = at_ns;
	return h;
}

/* A check that finds so many objects of site 7 (none: 0), and site 9's one. */
static struct history *
next(struct history *before, int growth, uint32_t count)
{
	struct history *h =
		make(growth, before ? before->at_ns + 10 : 10, before);
	struct history_site *site;

	if (count) {
		site = history_add(h);
		site->key = 7;
		history_continue(site, h, before, count);
	}
	site = history_add(h);
	site->key = 9;
	history_continue(site, h, before, 1);
	free(before);
	return h;
}

static bool
grows(const struct history *h)
{
	const struct history_site *site = history_find(h, 7);

	return site && history_grows(h, site);
}

static void
streaks(void)
{
	static const struct {
		uint32_t counts[8];
		bool grows;
		const char *what;
	} cases[] = {
		{{1, 2, 3}, false, "three counts are two steps"},
		{{1, 2, 3, 4}, true, "four are three"},
		{{0, 2, 3, 4}, true, "what was not there had none"},
		{{9, 1, 2, 3, 4}, true, "what was before does not matter"},
		{{1, 2, 2, 3}, false, "equal is not more"},
		{{1, 3, 2, 4}, false, "less is not more"},
		{{1, 2, 3, 4, 4}, false, "it has stopped"},
		{{1, 2, 0, 3, 4}, false, "it was gone"},
		{{0, 0, 1, 2, 3}, true, "it came later"},
	};
	size_t i, k;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct history *h = NULL;
		size_t n = 8;

		while (!cases[i].counts[n - 1])
			n--;
		for (k = 0; k < n; k++)
			h = next(h, 3, cases[i].counts[k]);
		ok(grows(h) == cases[i].grows, "%s", cases[i].what);
		ok(!history_grows(h, history_find(h, 9)), "one is one");
		free(h);
	}
}

static void
needs(void)
{
	struct history *h = NULL;
	uint32_t i;

	for (i = 1; i <= 5; i++) {
		h = next(h, 3, i);
		is_number(history_needs(h), i < 4 ? 4 - i : 0,
			  "three steps take four checks");
		ok(grows(h) == !history_needs(h), "no verdict before that");
	}
	h = next(h, 1, 6);
	is_number(history_needs(h), 0, "fewer steps: there were enough");
	h = next(h, 3, 7);
	is_number(history_needs(h), 1, "more: of three counts, two are kept");
	free(h);
}

static void
ages(void)
{
	struct history *h = next(NULL, 2, 5);

	is_number((int64_t)history_find(h, 7)->since_ns, 10, "now");
	h = next(h, 2, 6);
	h = next(h, 2, 7);
	is_number((int64_t)history_find(h, 7)->since_ns, 10,
		  "since the check that found fewest");
	h = next(h, 2, 7);
	is_number((int64_t)history_find(h, 7)->since_ns, 40, "it has stopped");
	h = next(h, 2, 0);
	h = next(h, 2, 1);
	is_number((int64_t)history_find(h, 7)->since_ns, 50,
		  "since the check that found none");
	free(h);
}

static void
others(void)
{
	struct history *h = NULL, *full;
	struct history_site *site;
	uint32_t i;

	for (i = 1; i < 6; i++)
		h = next(h, 2, i);
	h = next(h, 4, 6);
	ok(!grows(h), "more checks are asked for than were kept");
	is_number(history_find(h, 7)->n, 4, "what was kept is");
	h = next(h, 4, 7);
	ok(grows(h), "and then it is enough");
	h = next(h, 1, 8);
	ok(grows(h), "fewer are asked for");
	is_number(history_find(h, 7)->counts[0], 7, "the last ones are kept");
	free(h);

	full = make(1, 10, NULL);
	full->n_left_out = 1;
	h = make(1, 20, full);
	site = history_add(h);
	site->key = 7;
	history_continue(site, h, full, 3);
	ok(!history_grows(h, site), "it may have been among those left out");
	free(h);
	free(full);
	ok(history_bytes(1000) <= HISTORY_MOST_BYTES + sizeof *h,
	   "a thousand checks have a limit too");
	h = make(3, 0, NULL);
	ok(!history_find(h, 1), "an empty one has no site");
	is_number(h->room, HISTORY_MOST_SITES, "room for many");
	for (i = 0; i < h->room; i++)
		history_add(h)->key = 3 * (uint64_t)i;
	ok(history_used(h) <= history_bytes(3), "all of them fit");
	ok(history_find(h, 0) && history_find(h, 3 * 777) &&
		   history_find(h, 3 * (uint64_t)(h->room - 1)) &&
		   !history_find(h, 4),
	   "each is found");
	free(h);
}

int
main(void)
{
	streaks();
	needs();
	ages();
	others();
	return tap_done();
}
