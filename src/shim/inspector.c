#include "config.h"

#include "shim/inspector.h"

#include <string.h>
#include <sys/wait.h>

#include "analysis/check.h"
#include "common/buf.h"
#include "common/ownmap.h"
#include "python/api.h"
#include "python/objects.h"
#include "shim/boot.h"
#include "shim/clone.h"
#include "shim/facts.h"
#include "shim/gcwatch.h"
#include "shim/guard.h"
#include "shim/hooks.h"
#include "shim/layer.h"
#include "shim/process.h"
#include "shim/publish.h"
#include "shim/registers.h"
#include "shim/say.h"
#include "shim/secondlook.h"
#include "shim/sidetable.h"
#include "shim/testhooks.h"

/* The first byte of this library (ld makes it). */
extern const char __ehdr_start __attribute__((visibility("hidden")));

enum stage { STAGE_FOUND = 1, STAGE_WRITTEN, STAGE_FAILED };

/* An unreachable object, as it was before the last collection. */
struct suspect {
	uintptr_t address;
	uintptr_t type;
	uint32_t index; /* of it in the unreachable set */
	uint32_t survived;
};

/* Memory that the process and its clones share. */
struct page {
	volatile uint32_t stage; /* enum stage; the clone writes */
	volatile uint32_t order; /* 1: write the report; the process writes */
	uint32_t n_failing;
	uint32_t compare_stage; /* of the second clone */
	uint64_t pause_ns;      /* how long the clone stopped the program */
	char problem[384];
	size_t n_suspects, n_room;
	struct suspect suspects[];
};

static struct {
	struct page *page;
	size_t page_bytes;
	pid_t pid, parent; /* the clone, and who made it */
	uint64_t until_ns; /* the end of the program's patience */
	struct facts facts;
	struct source source;
	int n_reports;
} now;

/* ---- in the clone (or in the process, with isolate=0) ---- */

static void
tell_problem(struct page *page, const char *why)
{
	strncpy(page->problem, why, sizeof page->problem - 1);
	page->stage = STAGE_FAILED;
	clone_wake(&page->stage);
}

/* Whoever reads the report's file must learn that there was no result. */
static void
publish_failure(struct check *c, struct page *page, const char *why)
{
	struct buf problem;

	buf_init(&problem);
	now.facts.pause_ns = page->pause_ns;
	publish(c, &now.facts, why, &problem);
	buf_fini(&problem);
	tell_problem(page, why);
}

static void
list_suspects(struct page *page, struct check *c)
{
	size_t i;

	for (i = 0; i < c->unreachable.n && page->n_suspects < page->n_room;
	     i++) {
		void *o = mirror_object(&c->mirror, c->unreachable.ids[i]);

		page->suspects[page->n_suspects++] = (struct suspect){
			(uintptr_t)o, (uintptr_t)object_type(o), (uint32_t)i,
			0};
	}
}

static bool
find(struct check *c, struct page *page)
{
	const char *why = NULL;

	testhooks_fault();
	if (!check_find(c, &now.source, &why)) {
		publish_failure(c, page, why);
		return false;
	}
	testhooks_unreachable(c);
	list_suspects(page, c);
	return true;
}

static void
write_report(struct check *c, struct page *page)
{
	struct buf problem;
	size_t i;

	for (i = 0; i < page->n_suspects; i++)
		if (page->suspects[i].survived)
			check_survived(c, page->suspects[i].index);
	now.facts.pause_ns = page->pause_ns;
	buf_init(&problem);
	page->n_failing = publish(c, &now.facts, NULL, &problem);
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

static void
audit_guarded(struct check *c)
{
	struct guard_crash crash;

	guard_run(audit, c, &crash);
	if (!crash.signal)
		return;
	c->has_audit = false;
	c->no_audit = "it crashed in the analysis; the program was not "
		      "touched";
	say_crash("audit", &crash);
}

/*
 * What the program can reach.  It reads memory that nobody has vouched for: if
 * it crashes, the cycles are reported all the same.
 */
static void
reach_guarded(struct check *c)
{
	struct guard_crash crash;

	guard_run(reach, c, &crash);
	if (!crash.signal)
		return;
	c->has_lost = false;
	c->no_reach = "it crashed in the analysis; the program was not "
		      "touched";
	say_crash("reachability", &crash);
}

static void
inspect_in_clone(void *ctx)
{
	static struct check c;
	struct page *page = ctx;

	if (!find(&c, page))
		return;
	page->stage = STAGE_FOUND;
	clone_wake(&page->stage);
	reach_guarded(&c);
	audit_guarded(&c);
	/* A program that died meanwhile still gets its report. */
	clone_wait_for_order(&page->order, now.parent);
	write_report(&c, page);
}

/*
 * The second clone: which suspects are unreachable still, and the same
 * objects?  Whoever died took its mark out of the side table.
 */
static void
compare_in_clone(void *ctx)
{
	static struct check c;
	struct page *page = ctx;
	const char *why;
	bool any_resurrected = false;
	size_t i;

	/* An address alone proves nothing: garbage is made where it was freed. */
	if (hooks_prove_identity() && check_find(&c, &now.source, &why)) {
		for (i = 0; i < page->n_suspects; i++) {
			struct suspect *s = &page->suspects[i];
			node_id id = mirror_find(&c.mirror, s->address);
			struct block b;
			void *o;

			if (id == NODE_NONE)
				continue;
			o = mirror_object(&c.mirror, id);
			if ((uintptr_t)object_type(o) != s->type)
				continue;
			if (!sidetable_find((void *)object_block(o), &b) ||
			    !(b.flags & BLOCK_IS_MARKED))
				continue;
			if (c.mirror.nodes[id].flags & NODE_REACHABLE)
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
		    i < page->n_suspects; i++)
		page->suspects[i].survived = 0;
	page->compare_stage = 1;
	clone_wake(&page->compare_stage);
}

/* ---- in the process ---- */

static bool
map_page(void)
{
	size_t room = sidetable_most() + 1024, bytes;

	/* Without a side table, as many suspects as could ever matter. */
	if (!hooks_see_objects())
		room = 1 << 20;
	for (;;) {
		bytes = sizeof(struct page) + room * sizeof(struct suspect);
		now.page = ownmap_shared(bytes);
		if (now.page || room < 2048)
			break;
		room /= 8; /* RLIMIT_AS: some suspects are better than none */
	}
	if (!now.page)
		return false;
	now.page_bytes = bytes;
	now.page->n_room = room;
	return true;
}

static void
drop_page(void)
{
	secondlook_end();
	ownunmap(now.page, now.page_bytes);
	now.page = NULL;
	now.pid = 0;
}

static void
say_death(int status)
{
	struct buf b;

	buf_init(&b);
	if (WIFSIGNALED(status))
		buf_printf(&b,
			   "leakshim: no report: the analysis died of signal "
			   "%d; the program was not touched\n",
			   WTERMSIG(status));
	else
		buf_put(&b, "leakshim: no report: the analysis ended early\n");
	say_text(&b);
	buf_fini(&b);
}

static void
say_late(void)
{
	struct buf b;

	buf_init(&b);
	buf_printf(&b,
		   "leakshim: no report: the analysis did not finish in %d "
		   "s; timeout=SECONDS gives it longer\n",
		   process.options.timeout);
	say_text(&b);
	buf_fini(&b);
}

/* Wait for the clone; false when it will not get there (said). */
static bool
await(uint32_t wanted)
{
	int status = 0;

	switch (clone_wait(now.pid, &now.page->stage, wanted, now.until_ns,
			   &status)) {
	case CLONE_REACHED:
		if (now.page->stage != STAGE_FAILED)
			return true;
		say("no report", now.page->problem);
		break;
	case CLONE_LATE:
		say_late();
		break;
	case CLONE_DEAD:
		if (now.page->stage >= wanted &&
		    now.page->stage != STAGE_FAILED)
			return true;
		if (now.page->stage == STAGE_FAILED)
			say("no report", now.page->problem);
		else
			say_death(status);
		now.pid = 0;
		break;
	}
	if (now.pid)
		clone_reap(now.pid);
	drop_page();
	return false;
}

static void
mark_suspects(void)
{
	size_t i;

	hooks_install_identity();
	if (!hooks_prove_identity())
		return;
	for (i = 0; i < now.page->n_suspects; i++) {
		void *o = (void *)now.page->suspects[i].address;
		void *block = (void *)object_block(o);

		/* A block from before the hooks: from now on it is known. */
		if (!sidetable_flag(block, BLOCK_IS_MARKED))
			sidetable_record(block, 0, 0, BLOCK_IS_MARKED);
	}
}

static bool
begin_in_clone(const char **why)
{
	uint64_t started = clone_now_ns();

	now.pid = clone_start(inspect_in_clone, now.page, why);
	if (now.pid < 0) {
		drop_page();
		return false;
	}
	now.page->pause_ns = clone_now_ns() - started;
	return true;
}

/*
 * isolate=0: everything at once, since what the report names may be gone after
 * the last collection.  What is not clearable stays unknown.
 */
static bool
inspect_here(void)
{
	struct check c;
	uint64_t started = clone_now_ns();
	bool ok = find(&c, now.page);

	now.pid = 0;
	if (ok) {
		now.page->pause_ns = clone_now_ns() - started;
		check_reach(&c);
		check_audit(&c);
		write_report(&c, now.page);
	} else {
		say("no report", now.page->problem);
		drop_page();
	}
	check_fini(&c);
	return ok;
}

bool
inspector_begin(const char *trigger, bool collection_follows)
{
	volatile uintptr_t registers[REGISTERS] = {0};
	const char *why = boot_problem();

	registers_save(registers);
	layer_take_last(); /* or it would be a root */
	if (why || !map_page()) {
		say("no report", why ? why : "no memory to begin an analysis (RLIMIT_AS?): raise it");
		return false;
	}
	now.parent = process.pid;
	now.until_ns = clone_now_ns() +
		       (uint64_t)process.options.timeout * 1000000000;
	facts_gather(&now.facts, trigger, ++now.n_reports);
	facts_source(&now.source, &now.facts);
	now.source.parent = process.options.isolate ? now.parent : 0;
	now.source.stack_from = (uintptr_t)registers;
	now.facts.survival_unknown =
		!process.options.isolate ?
			"isolate=0 does not wait for the last collection" :
		!collection_follows ? "no collection ran at the end" :
		!hooks_can_prove_identity() ?
				      "without allocation hooks an address "
				      "may be another object's by then" :
				      NULL;
	if (!process.options.isolate)
		return inspect_here();
	secondlook_prepare(&now.source);
	if (!begin_in_clone(&why)) {
		say("no report", why);
		return false;
	}
	if (!await(STAGE_FOUND))
		return false;
	secondlook_begin();
	if (collection_follows)
		mark_suspects();
	return true;
}

static bool
any_mark_left(void)
{
	size_t i;

	if (!hooks_prove_identity())
		return now.page->n_suspects > 0;
	for (i = 0; i < now.page->n_suspects; i++) {
		/* Not object_block(): the object may be gone. */
		const struct suspect *s = &now.page->suspects[i];
		uintptr_t p = s->address;
		struct block b;
		int back;

		for (back = 0; back <= 32; back += 8)
			if (sidetable_find((void *)(p - (uintptr_t)back),
					   &b) &&
			    b.flags & BLOCK_IS_MARKED)
				return true;
	}
	return false;
}

void
inspector_compare(void)
{
	const char *why;
	int status;
	pid_t pid;

	/* DEBUG_SAVEALL keeps everything: survival says nothing then. */
	if (!now.page || !now.pid || now.facts.gc.saveall_now ||
	    !any_mark_left())
		return;
	facts_source(&now.source, &now.facts);
	pid = clone_start(compare_in_clone, now.page, &why);
	if (pid < 0)
		return;
	if (clone_wait(pid, &now.page->compare_stage, 1, now.until_ns,
		       &status) != CLONE_DEAD)
		clone_reap(pid);
}

void
inspector_order(void)
{
	if (!now.page || !now.pid)
		return;
	now.page->order = 1;
	clone_wake(&now.page->order);
}

unsigned
inspector_end(void)
{
	unsigned n_failing = 0;

	if (!now.page)
		return 0;
	inspector_order();
	if (now.pid && !await(STAGE_WRITTEN))
		return 0;
	n_failing = now.page->n_failing;
	if (now.page->problem[0])
		say("the report is not complete", now.page->problem);
	if (now.pid)
		clone_reap(now.pid);
	drop_page();
	return n_failing;
}

void
inspector_forget(void)
{
	drop_page();
}
