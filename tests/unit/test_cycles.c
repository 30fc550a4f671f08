#include "config.h"

#include "analysis/cycles/cycles.h"

#include "model.h"
#include "tap.h"

/* What a search found, by object. */
struct search {
	struct mirror m;
	struct unreachable found;
	enum cycles_result result;
};

static struct search
search(void *garbage, bool (*is_late)(void))
{
	struct search s = {.m = model_mirror()};

	s.result = cycles_find(&s.m, garbage, is_late, &s.found);
	return s;
}

static void
end(struct search *s)
{
	cycles_fini(&s->found);
	mirror_fini(&s->m);
}

static bool
has_flag(const struct search *s, void *o, uint8_t flag)
{
	return s->m.nodes[mirror_find(&s->m, (uintptr_t)o)].flags & flag;
}

static bool
is_found(const struct search *s, void *o)
{
	size_t i;

	for (i = 0; i < s->found.n; i++)
		if (mirror_object(&s->m, s->found.ids[i]) == o)
			return true;
	return false;
}

/* Two that hold each other. */
static void *
make_ring(void *type, void **other)
{
	void *a = model_object(type), *b = model_object(type);

	model_hold(a, b);
	model_hold(b, a);
	if (other)
		*other = b;
	return a;
}

static void
rings(void)
{
	void *type, *lost, *lost_too, *held, *held_too, *tail;
	struct search s;

	model_begin();
	type = model_type("Node");
	lost = make_ring(type, &lost_too);
	held = make_ring(type, &held_too);
	tail = model_object(type);
	model_hold_outside(held);
	model_hold(lost, tail);
	s = search(NULL, NULL);
	ok(s.result == CYCLES_FOUND, "a search comes to its end");
	is_number((int64_t)s.found.n, 3, "a ring and what hangs there");
	ok(is_found(&s, lost) && is_found(&s, lost_too) && is_found(&s, tail),
	   "that nobody outside holds");
	ok(!is_found(&s, held) && !is_found(&s, held_too),
	   "not its twin that somebody holds");
	ok(has_flag(&s, held, NODE_REACHABLE) &&
		   !has_flag(&s, lost, NODE_REACHABLE),
	   "flags say the same");
	end(&s);
	model_hold(held, tail);
	s = search(NULL, NULL);
	is_number((int64_t)s.found.n, 2, "what the twin holds as well stays");
	end(&s);
}

/* A count that is too low proves nothing: such an object stays. */
static void
miscounted(void)
{
	void *type, *low, *high;
	struct search s;

	model_begin();
	type = model_type("Node");
	low = make_ring(type, NULL);
	high = make_ring(type, NULL);
	model_miscount(low, -1);
	model_miscount(high, 1);
	s = search(NULL, NULL);
	is_number((int64_t)s.found.n, 0,
		  "neither too low nor too high a count "
		  "makes a finding");
	end(&s);
	model_miscount(high, -1);
	s = search(NULL, NULL);
	is_number((int64_t)s.found.n, 2, "a right one does");
	end(&s);
}

static void
generations(void)
{
	void *type, *holder, *a, *frozen;
	struct search s;

	model_begin();
	type = model_type("Node");
	a = make_ring(type, NULL);
	holder = model_object(type);
	model_hold(holder, a);
	model_hold_outside(holder);
	model_move(holder, 2);
	s = search(NULL, NULL);
	is_number((int64_t)s.found.n, 0, "an old one holds young ones");
	end(&s);

	model_begin();
	type = model_type("Node");
	a = make_ring(type, NULL);
	frozen = make_ring(type, NULL);
	model_hold(frozen, a);
	model_move(frozen, GENERATION_PERMANENT);
	s = search(NULL, NULL);
	ok(is_found(&s, a) && has_flag(&s, a, NODE_FROZEN),
	   "what only frozen garbage holds is found, and says so");
	end(&s);
	model_hold_outside(frozen);
	s = search(NULL, NULL);
	is_number((int64_t)s.found.n, 0,
		  "what a frozen one holds that is alive is not");
	ok(!has_flag(&s, a, NODE_FROZEN), "nor does it say so");
	end(&s);
}

static void
garbage(void)
{
	void *type, *list, *a, *other;
	struct search s;

	model_begin();
	type = model_type("Node");
	list = model_object(type);
	model_hold_outside(list);
	a = make_ring(type, NULL);
	other = make_ring(type, NULL);
	model_hold(list, a);
	s = search(list, NULL);
	ok(is_found(&s, a) && has_flag(&s, a, NODE_IN_GARBAGE),
	   "what only gc.garbage holds is found, and says so");
	ok(is_found(&s, other) && !has_flag(&s, other, NODE_IN_GARBAGE),
	   "another ring is not in it");
	end(&s);
	s = search(NULL, NULL);
	ok(!is_found(&s, a), "another list holds what is in it");
	end(&s);
}

static void
legacy(void)
{
	void *type, *old, *a, *plain, *hangs, *above, *below;
	struct search s;

	model_begin();
	type = model_type("Node");
	old = model_type("Legacy");
	model_set_legacy(old);
	a = make_ring(old, NULL);
	hangs = model_object(type);
	model_hold(a, hangs);
	plain = make_ring(type, NULL);
	above = model_object(old);
	model_hold(plain, above);
	below = make_ring(type, NULL);
	model_hold(above, below);
	s = search(NULL, NULL);
	ok(has_flag(&s, a, NODE_LEGACY) && has_flag(&s, hangs, NODE_LEGACY),
	   "a legacy finalizer keeps its ring, and what hangs there");
	ok(!has_flag(&s, plain, NODE_LEGACY), "and no other");
	ok(is_found(&s, above) && !has_flag(&s, above, NODE_LEGACY),
	   "one that a plain ring holds goes with that");
	ok(!has_flag(&s, below, NODE_LEGACY), "and what hangs there, too");
	end(&s);
}

static bool
is_late_now(void)
{
	return true;
}

static bool
is_never_late(void)
{
	return false;
}

static void
late(void)
{
	enum { MANY = 70000 };
	void *type, *last;
	struct search s;
	size_t i;

	model_begin();
	type = model_type("Node");
	last = model_object(type);
	for (i = 0; i < MANY; i++) {
		void *o = model_object(type);

		model_hold(o, last);
		last = o;
	}
	s = search(NULL, is_late_now);
	ok(s.result == CYCLES_LATE, "a search that is late gives up");
	end(&s);
	s = search(NULL, is_never_late);
	ok(s.result == CYCLES_FOUND, "one that is not does not");
	is_number((int64_t)s.found.n, MANY + 1, "and finds them all");
	end(&s);
}

int
main(void)
{
	rings();
	miscounted();
	generations();
	garbage();
	legacy();
	late();
	return tap_done();
}
