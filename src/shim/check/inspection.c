#include "config.h"

#include "shim/check/inspection.h"

#include <string.h>

#include "analysis/check/check.h"
#include "common/buf.h"
#include "python/objects.h"
#include "report/output.h"
#include "report/writing.h"
#include "shim/base/clone.h"
#include "shim/base/guard.h"
#include "shim/base/process.h"
#include "shim/base/say.h"
#include "shim/check/publish.h"
#include "shim/check/testhooks.h"
#include "shim/record/hooks.h"
#include "shim/record/recycle.h"
#include "shim/record/sidetable.h"

/* The first byte of this library (ld makes it). */
extern const char __ehdr_start __attribute__((visibility("hidden")));

struct inspection inspection;

/*
 * The last collection that is reported is that of the interpreter whose lists
 * come first.  From 3.9 on each has its own: no collection has looked at what
 * is still there of another interpreter that was not closed.
 */
enum { COLLECTED_INTERPRETER = 0 };

static void
tell_problem(struct page *page, const char *why)
{
	strncpy(page->problem, why, sizeof page->problem - 1);
	page->stage = STAGE_FAILED;
	clone_wake(&page->stage);
}

/* The report's file must say that there was no result. */
static void
publish_failure(struct check *c, struct page *page, const char *why)
{
	struct buf problem;

	buf_init(&problem);
	inspection.facts.pause_ns = page->pause_ns;
	publish(c, &inspection.facts, why, &problem);
	buf_fini(&problem);
	tell_problem(page, why);
}

void
inspection_publish_failure(const char *why)
{
	static struct check c;
	struct buf problem;

	buf_init(&problem);
	check_begin(&c, &inspection.source);
	/* The clone may have been late because of the one that reads. */
	output_wait_for_readers(false);
	publish(&c, &inspection.facts, why, &problem);
	output_wait_for_readers(true);
	if (problem.len)
		say("no report", buf_string(&problem));
	arena_fini(&c.world.arena);
	buf_fini(&problem);
}

/* What its fixed part holds, reference count included. */
static uint64_t
content_of(const void *o)
{
	enum { MOST = 1024 };
	size_t n = object_word(object_type(o), TP_BASICSIZE), i;
	uint64_t h = 0;

	for (i = 0; i + 8 <= n && i < MOST; i += 8)
		h = (h ^ object_word(o, i)) * 0xff51afd7ed558ccdULL;
	return h;
}

static void
list_suspects(struct page *page, struct check *c)
{
	size_t i;

	for (i = 0;
	     i < c->world.unreachable.n && page->n_suspects < page->n_room;
	     i++) {
		void *o = mirror_object(&c->world.mirror,
					c->world.unreachable.ids[i]);

		page->suspects[page->n_suspects++] = (struct suspect){
			(uintptr_t)o, (uintptr_t)object_type(o), content_of(o),
			(uint32_t)i, 0};
	}
	omissions_count(&c->omissions, OMISSION_SUSPECTS,
			(int64_t)(c->world.unreachable.n - page->n_suspects));
}

/*
 * With all other threads stopped and read, the clone is exact: a second one
 * could only see the same.  But what the clone lacked was read after they were
 * resumed.
 */
static void
note_exactness(const struct check *c, struct page *page)
{
	page->needs_second = inspection.source.n_unread || c->notcloned.n;
	if (!page->needs_second)
		inspection.source.second_opinion = NULL;
}

bool
inspection_find(struct check *c, struct page *page)
{
	const char *why = NULL;

	testhooks_fault();
	inspection.source.keeps_apart = testhooks_apart();
	check_begin(c, &inspection.source);
	check_outside(c);
	note_exactness(c, page);
	testhooks_slow("look");
	page->stage = STAGE_LOOKED;
	clone_wake(&page->stage);
	testhooks_slow("search");
	if (!check_find(c, &why)) {
		publish_failure(c, page, why);
		return false;
	}
	testhooks_unreachable(c);
	testhooks_sizes();
	list_suspects(page, c);
	return true;
}

void
inspection_write(struct check *c, struct page *page)
{
	struct buf problem;
	size_t i;

	for (i = 0; i < page->n_suspects; i++)
		if (page->suspects[i].survived)
			check_survived(c, page->suspects[i].index);
	inspection.facts.pause_ns = page->pause_ns;
	if (page->lacks_compare)
		omissions_note(&c->omissions, OMISSION_COMPARE, NULL);
	buf_init(&problem);
	page->n_failing = publish(c, &inspection.facts, NULL, &problem);
	if (problem.len)
		strncpy(page->problem, buf_string(&problem),
			sizeof page->problem - 1);
	page->stage = STAGE_WRITTEN;
	clone_wake(&page->stage);
}

static void
reach(void *c)
{
	check_reach(c);
}

static void
audit(void *c)
{
	check_audit(c);
}

static void
growth(void *c)
{
	check_growth(c);
}

static const char crashed[] =
	"the analysis crashed; the program was not affected: please report "
	"this with the output of verbosity=2";

static void
say_crash(const char *part, const struct guard_crash *crash)
{
	struct buf b;

	if (process.options.verbosity < 2)
		return;
	buf_init(&b);
	buf_printf(&b,
		   "leakshim: %s: signal %d at address %lx, "
		   "instruction %lx (ours begins at %lx)\n",
		   part, crash->signal, crash->address, crash->instruction,
		   (unsigned long)&__ehdr_start);
	say_text(&b);
	buf_fini(&b);
}

/*
 * A part that reads unverified memory: if it crashes, the cycles are still
 * reported.  False: it has, and what it was for is noted as missed.
 */
static bool
is_done(const char *part, void (*run)(void *), struct check *c,
	enum omission omission)
{
	struct guard_crash crash;

	guard_run(run, c, &crash);
	if (!crash.signal)
		return true;
	omissions_note(&c->omissions, omission, crashed);
	say_crash(part, &crash);
	return false;
}

bool
inspection_is_a_commands(void)
{
	const char *trigger = inspection.facts.trigger;

	return !strcmp(trigger, "request") || !strcmp(trigger, "attach");
}

static const struct page *page_of_clone;

static bool
is_given_up(void)
{
	return page_of_clone->order == ORDER_GIVE_UP;
}

void
inspection_run(void *ctx)
{
	static struct check c;
	struct page *page = ctx;
	uint64_t waited;

	page_of_clone = page;
	writing_end_when(is_given_up);

	if (!inspection_find(&c, page))
		return;
	page->stage = STAGE_FOUND;
	clone_wake(&page->stage);
	recycle_mark();
	if (inspection_is_a_commands())
		clone_step_back();
	if (!is_done("reachability", reach, &c, OMISSION_REACHABILITY))
		c.has_lost = false;
	testhooks_holders(&c);
	if (!is_done("audit", audit, &c, OMISSION_AUDIT))
		c.has_audit = false;
	if (!is_done("growth", growth, &c, OMISSION_GROWTH))
		c.growth = NULL;
	waited = clone_now_ns();
	/* A program that died meanwhile still gets its report. */
	clone_wait_for_order(&page->order, inspection.parent);
	if (page->order == ORDER_GIVE_UP)
		return;
	/* The program's last collection is not a cost of the analysis. */
	inspection.facts.started_ns += clone_now_ns() - waited;
	inspection_write(&c, page);
}

/*
 * An address alone proves nothing: garbage may be allocated where other garbage
 * was freed.  A freed object has lost its mark in the side table.  Without a
 * table (a static 2.7), the object must hold exactly the same, and have been
 * moved to the oldest generation, as the collection does with what it could not
 * clear; anything allocated meanwhile is young.
 */
static bool
is_the_same(const struct suspect *s, const struct node *node)
{
	const void *o = (const void *)node->address;
	struct block b;

	if ((uintptr_t)object_type(o) != s->type)
		return false;
	if (!hooks_prove_identity())
		return content_of(o) == s->content &&
		       node->generation == GENERATIONS - 1;
	return sidetable_find((void *)object_block(o), &b) &&
	       b.flags & BLOCK_IS_MARKED;
}

/*
 * The second clone: which suspects are unreachable still, and the same objects?
 */
void
inspection_compare(void *ctx)
{
	static struct check c;
	struct page *page = ctx;
	const char *why;
	bool any_resurrected = false, is_found;
	size_t i;

	check_begin(&c, &inspection.source);
	is_found = check_find(&c, &why);
	if (is_found) {
		for (i = 0; i < page->n_suspects; i++) {
			struct suspect *s = &page->suspects[i];
			node_id id = mirror_find(&c.world.mirror, s->address);

			if (id == NODE_NONE ||
			    c.world.mirror.nodes[id].interpreter !=
				    COLLECTED_INTERPRETER ||
			    !is_the_same(s, &c.world.mirror.nodes[id]))
				continue;
			if (c.world.mirror.nodes[id].flags & NODE_REACHABLE)
				any_resurrected = true;
			else
				s->survived = 1;
		}
	}
	/*
	 * Up to 3.8 one resurrected object keeps all the others from being
	 * cleared: then their survival says nothing.
	 */
	for (i = 0; any_resurrected && layout->resurrection_aborts &&
		    i < page->n_suspects;
	     i++)
		page->suspects[i].survived = 0;
	page->lacks_compare = !is_found;
	page->compare_stage = 1;
	clone_wake(&page->compare_stage);
}
