#include "config.h"

#include "shim/check/inspector.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analysis/check/check.h"
#include "common/buf.h"
#include "common/filefacts.h"
#include "common/ownmap.h"
#include "common/sandbox.h"
#include "python/api.h"
#include "python/objects.h"
#include "shim/base/channel.h"
#include "shim/base/clone.h"
#include "shim/base/process.h"
#include "shim/base/say.h"
#include "shim/base/watched.h"
#include "shim/check/callstack.h"
#include "shim/check/facts.h"
#include "shim/check/growths.h"
#include "shim/check/inspection.h"
#include "shim/check/registers.h"
#include "shim/check/secondclone.h"
#include "shim/check/suspects.h"
#include "shim/gc/gcwatch.h"
#include "shim/record/hooks.h"
#include "shim/record/layer.h"
#include "shim/record/recorded.h"
#include "shim/record/recycle.h"
#include "shim/record/sidetable.h"
#include "shim/stop/standstill.h"

static uint64_t held_since; /* the program stands still; 0: it does not */

enum { SECONDS_MORE = 10 }; /* for a clone to notice that it is late */

/* Interpreters with a GIL of their own may ask at once. */
static atomic_flag has_turn = ATOMIC_FLAG_INIT;

static bool
map_page(void)
{
	size_t room = sidetable_most() + 1024, bytes;

	/* Without a side table, as many suspects as could ever matter. */
	if (!hooks_see_objects())
		room = 1 << 20;
	for (;;) {
		bytes = sizeof(struct page) + room * sizeof(struct suspect);
		inspection.page = ownmap_shared(bytes);
		if (inspection.page || room < 2048)
			break;
		room /= 8; /* RLIMIT_AS: some suspects are better than none */
	}
	if (!inspection.page)
		return false;
	inspection.page_bytes = bytes;
	inspection.page->n_room = room;
	return true;
}

static void
give_up(void)
{
	inspection.page->order = ORDER_GIVE_UP;
	clone_wake(&inspection.page->order);
}

/* It has written its report, or will write none. */
static void
end_clone(void)
{
	give_up();
	clone_reap(inspection.pid);
}

static void
drop_page(void)
{
	secondclone_end();
	standstill_forget();
	growths_settle();
	if (inspection.notcloned.words) /* the source may be filled anew */
		notcloned_fini(&inspection.notcloned);
	inspection.source.notcloned = NULL;
	ownunmap(inspection.page, inspection.page_bytes);
	inspection.page = NULL;
	inspection.pid = 0;
}

/* The second clone listens, too. */
static void
end_all(void)
{
	give_up();
	drop_page();
}

/*
 * On standard error, and in place of the report: to a reader of the files
 * alone, a missing one looks like a program that was not run.
 */
static void
tell_failure(const char *why)
{
	say("no report", why);
	/*
	 * A command gets its answer elsewhere; a signal handler's stack may be
	 * small.
	 */
	if (!channel_is_open() && !inspection.is_at_rest)
		inspection_publish_failure(why);
}

static void
put_death(struct buf *b, int status)
{
	if (!WIFSIGNALED(status))
		buf_put(b, "the analysis ended early: please report this");
	else if (WTERMSIG(status) == SIGKILL)
		buf_put(b, "the analysis was killed (signal 9), probably by "
			   "the kernel, which was out of memory: raise the "
			   "memory limit of the container or service");
	else
		buf_printf(b,
			   "the analysis died of signal %d; the program was "
			   "not affected: please report this",
			   WTERMSIG(status));
}

static void
put_late(struct buf *b)
{
	buf_printf(b,
		   "the analysis did not finish in %d s: timeout=SECONDS gives "
		   "it longer",
		   process.options.timeout);
}

/* Wait for the clone; false when it will not get there (said). */
static bool
await(uint32_t wanted)
{
	int status = 0;
	struct buf why;

	buf_init(&why);
	switch (clone_wait(inspection.pid, &inspection.page->stage, wanted,
			   inspection.until_ns, &status)) {
	case CLONE_REACHED:
		if (inspection.page->stage != STAGE_FAILED)
			return true;
		say("no report", inspection.page->problem);
		break;
	case CLONE_LATE:
		put_late(&why);
		break;
	case CLONE_DEAD:
		if (inspection.page->stage >= wanted &&
		    inspection.page->stage != STAGE_FAILED)
			return true;
		if (inspection.page->stage == STAGE_FAILED)
			say("no report", inspection.page->problem);
		else
			put_death(&why, status);
		inspection.pid = 0;
		break;
	}
	if (inspection.pid)
		end_clone(); /* or it would write after us */
	if (why.len)
		tell_failure(buf_string(&why));
	buf_fini(&why);
	end_all();
	return false;
}

static bool
begin_in_clone(const struct inspector_request *r, const char **why)
{
	if (r->stack) {
		inspection.pid =
			clone_start_on(r->stack, r->stack_bytes, inspection_run,
				       inspection.page, why);
	} else {
		standstill_begin(&inspection.source);
		inspection.pid =
			clone_start(inspection_run, inspection.page, why);
		standstill_end();
	}
	if (inspection.pid < 0) {
		end_all();
		return false;
	}
	return true;
}

static void
end_pause(void)
{
	if (inspection.page && held_since)
		inspection.page->pause_ns += clone_now_ns() - held_since;
	held_since = 0;
}

/* It is needed only for what the first one could not be sure of. */
static void
look_again(void)
{
	if (inspection.page->needs_second)
		secondclone_begin();
	else
		secondclone_end();
}

/*
 * The program goes on as soon as nothing that the clone lacks can change.
 * References in other threads' registers must have time to be stored before the
 * second clone is made.
 */
static bool
await_look(void)
{
	if (!await(STAGE_LOOKED))
		return false;
	if (secondclone_is_prepared()) {
		if (inspection.page->needs_second)
			clone_has(&inspection.page->stage, STAGE_FOUND);
		look_again();
	}
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
	bool ok = inspection_find(&c, inspection.page);

	inspection.pid = 0;
	if (ok) {
		recycle_mark();
		check_reach(&c);
		check_audit(&c);
		check_growth(&c);
		end_pause(); /* all of it but the writing */
		inspection_write(&c, inspection.page);
	} else {
		say("no report", inspection.page->problem);
		end_all();
	}
	check_fini(&c);
	return ok;
}

static const char *
why_survival_is_unknown(const struct inspector_request *r)
{
	if (!process.options.isolate)
		return "isolate=0 does not wait for the last collection";
	if (r->collection_follows)
		return NULL;
	return strcmp(r->trigger, "exit") ? "the check ran no collection" :
					    "no collection ran at the end";
}

static void
leave_own_call_out(uint32_t since)
{
	static struct callstack program;

	if (!callstack_find(&program))
		return;
	inspection.source.stack_from = program.from;
	inspection.source.stack_words = program.words;
	inspection.source.n_stack_words = program.n_words;
	inspection.source.dead = program.stacks;
	inspection.source.n_dead = program.n_stacks;
	inspection.source.stack_then =
		callstack_at(since, &program, &inspection.source.n_stack_then);
}

static void
gather_facts(const struct inspector_request *r)
{
	struct facts *f = &inspection.facts;

	facts_gather(f, r->trigger, r->path, r->stack != NULL);
	f->since = r->since;
	f->until = r->until;
	f->text_path = r->text_path;
	/* Reports to other places do not change the names of the usual ones. */
	f->number = r->path || channel_is_open() ? ++inspection.n_chosen :
						   ++inspection.n_reports;
	f->survival_unknown = why_survival_is_unknown(r);
	recorded_source(&inspection.source, 0, 0);
}

/*
 * Does /proc/PID belong to root, who this process is not?  A filter may kill
 * for prctl(2): there the owner of a file in it tells.
 */
static bool
is_closed_to_own(void)
{
	struct filefacts f;

	if (!sandbox_is_possible())
		return syscall(SYS_prctl, PR_GET_DUMPABLE, 0, 0, 0, 0) != 1;
	return filefacts_find(AT_FDCWD, "/proc/self/smaps", 0, &f) ==
		       FILE_PRESENT &&
	       f.owner != (unsigned)syscall(SYS_geteuid);
}

/*
 * Of a process that has changed its user (mod_wsgi, gunicorn --user) not even
 * its clone may read /proc/PID: it looks itself.  Not on a signal handler's
 * stack, which may be small.
 */
static void
look_at_own(void)
{
	if (inspection.is_at_rest || !inspection.source.parent ||
	    !process.options.reachability || !is_closed_to_own())
		return;
	notcloned_read(&inspection.notcloned, inspection.source.parent);
	inspection.source.notcloned = &inspection.notcloned;
}

/* The page is there. */
static void
prepare(const struct inspector_request *r, const volatile uintptr_t *registers)
{
	facts_source(&inspection.source, &inspection.facts,
		     &inspection.page->order);
	growths_prepare(&inspection.source);
	/* The code that a signal handler has interrupted may be a hook. */
	if (strcmp(r->trigger, "signal"))
		recycle_begin(hooks_see_objects());
	inspection.source.parent =
		process.options.isolate ? inspection.parent : 0;
	look_at_own();
	inspection.source.stack_from = (uintptr_t)registers;
	inspection.source.storage = registers_storage();
	if (!strcmp(r->trigger, "api"))
		leave_own_call_out(r->since);
}

bool
inspector_take_turn(void)
{
	return !atomic_flag_test_and_set(&has_turn);
}

void
inspector_end_turn(void)
{
	atomic_flag_clear(&has_turn);
}

size_t
inspector_suspects(void)
{
	return inspection.page ? inspection.page->n_suspects : 0;
}

void
inspector_give_up(void)
{
	if (inspection.page && inspection.pid)
		end_clone();
	if (inspection.page)
		end_all();
}

bool
inspector_begin(const struct inspector_request *request)
{
	volatile uintptr_t registers[REGISTERS] = {0};
	const char *why = watched.problem;

	registers_save(registers);
	layer_take_last(); /* or it would be a root */
	inspector_give_up();
	held_since = request->held_since_ns ? request->held_since_ns :
					      clone_now_ns();
	if (why) {
		say("no report", why);
		return false;
	}
	sandbox_look_again();
	clone_limit((unsigned)process.options.timeout + SECONDS_MORE);
	inspection.is_at_rest = request->stack;
	inspection.parent = process.pid;
	inspection.until_ns =
		clone_now_ns() + (uint64_t)process.options.timeout * 1000000000;
	gather_facts(request);
	if (!map_page()) {
		tell_failure("no memory to begin an analysis (RLIMIT_AS or the "
			     "container's limit): raise it");
		return false;
	}
	prepare(request, registers);
	if (!request->since)
		inspection.began_ns = clone_now_ns();
	if (!process.options.isolate) {
		standstill_omit(&inspection.source,
				"isolate=0 lets them run on");
		return inspect_here();
	}
	secondclone_prepare(&inspection.source, inspection_is_a_commands());
	if (!begin_in_clone(request, &why)) {
		tell_failure(why);
		return false;
	}
	if (request->goes_on)
		return await_look();
	if (!await(STAGE_FOUND))
		return false;
	look_again();
	if (request->collection_follows)
		suspects_mark(inspection.page);
	end_pause();
	return true;
}

void
inspector_hold(void)
{
	held_since = clone_now_ns();
}

void
inspector_let_go(void)
{
	end_pause();
	inspector_order();
}

bool
inspector_is_over(void)
{
	return !inspection.page || !inspection.pid ||
	       clone_now_ns() >= inspection.until_ns ||
	       clone_has_ended(inspection.pid);
}

void
inspector_wait(void)
{
	while (!inspector_is_over())
		clone_has(&inspection.page->stage, STAGE_WRITTEN);
}

void
inspector_compare(void)
{
	const char *why;
	int status;
	pid_t pid;

	/* DEBUG_SAVEALL keeps everything: survival says nothing then. */
	if (!inspection.page || !inspection.pid ||
	    inspection.facts.gc.saveall_now ||
	    !suspects_any_left(inspection.page))
		return;
	facts_source(&inspection.source, &inspection.facts,
		     &inspection.page->order);
	inspection.page->lacks_compare = 1;
	pid = clone_start(inspection_compare, inspection.page, &why);
	if (pid < 0)
		return;
	if (clone_wait(pid, &inspection.page->compare_stage, 1,
		       inspection.until_ns, &status) != CLONE_DEAD)
		clone_reap(pid);
}

void
inspector_order(void)
{
	if (!inspection.page || !inspection.pid)
		return;
	inspection.page->order = ORDER_WRITE;
	clone_wake(&inspection.page->order);
}

int
inspector_end(bool *is_written)
{
	int n_failing;

	if (!inspection.page)
		return -1;
	inspector_order();
	if (inspection.pid && !await(STAGE_WRITTEN))
		return -1;
	n_failing = (int)inspection.page->n_failing;
	*is_written = !inspection.page->problem[0];
	inspection.last_pause_ns = inspection.page->pause_ns;
	suspects_forget(inspection.page);
	if (inspection.page->problem[0])
		say("the report is not complete", inspection.page->problem);
	if (inspection.pid)
		end_clone();
	end_all();
	return n_failing;
}

void
inspector_forget(void)
{
	inspector_end_turn();
	secondclone_forget();
	growths_forget(); /* shared with the parent, whose they are */
	recycle_forget();
	drop_page();
}
