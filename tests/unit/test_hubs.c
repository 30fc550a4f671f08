#include "config.h"

#include "analysis/reach/hubs.h"

#include "tap.h"

/* Addresses are only keys here: nothing is read or written there. */
#define BASE ((uintptr_t)0x7f0000000000)
#define STEP ((uintptr_t)48)

enum { MANY = 10000 };

static void
add(struct hubs *h, uintptr_t node)
{
	hubs_add(h, &(struct hub){.node = node,
				  .object = (void *)(node + 16),
				  .refcount = 200,
				  .found = 1});
}

static void
few(void)
{
	struct hubs h;
	size_t at = 0;

	ok(hubs_init(&h), "a table is made");
	ok(!hubs_find(&h, BASE) && !hubs_next(&h, &at),
	   "an empty one is empty");
	add(&h, BASE);
	hubs_count(&h, BASE);
	hubs_count(&h, BASE + STEP);
	is_number(hubs_find(&h, BASE)->found, 2, "its words are counted");
	add(&h, BASE);
	is_number((int64_t)h.n, 1, "nothing is in it twice");
	is_number(hubs_find(&h, BASE)->found, 2, "nor begins again");
	at = 0;
	ok(hubs_next(&h, &at)->node == BASE && !hubs_next(&h, &at),
	   "each is met once");
	hubs_fini(&h);
	at = 0;
	ok(!hubs_next(&h, &at), "one that is gone has none");
}

static void
many(void)
{
	struct hubs h;
	struct hub *hub;
	size_t i, at = 0;
	int64_t n = 0, n_right = 0;

	hubs_init(&h);
	for (i = 0; i < MANY; i++) {
		add(&h, BASE + i * STEP);
		hubs_count(&h, BASE + i / 2 * STEP);
	}
	while ((hub = hubs_next(&h, &at))) {
		n++;
		n_right += hub->found ==
			   (hub->node < BASE + MANY / 2 * STEP ? 3 : 1);
	}
	is_number(n, MANY, "the table grows");
	is_number(n_right, MANY, "and keeps what was counted");
	ok(!hubs_find(&h, BASE + 16), "an address inside is no hub's");
	hubs_fini(&h);
}

int
main(void)
{
	few();
	many();
	return tap_done();
}
