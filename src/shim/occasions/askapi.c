#include "config.h"

#include "shim/occasions/askapi.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/buf.h"
#include "python/gil.h"
#include "shim/base/clone.h"
#include "shim/base/process.h"
#include "shim/base/say.h"
#include "shim/base/watched.h"
#include "shim/check/background.h"
#include "shim/check/callstack.h"
#include "shim/check/inspector.h"
#include "shim/check/turn.h"
#include "shim/gc/collected.h"
#include "shim/gc/gcwatch.h"
#include "shim/occasions/leftbehind.h"
#include "shim/record/hooks.h"
#include "shim/record/programstart.h"
#include "shim/record/sidetable.h"

static struct options usual; /* while a check has options of its own */
static bool has_options_of_its_own;

static void
put_options_back(void)
{
	if (has_options_of_its_own)
		process.options = usual;
	has_options_of_its_own = false;
}

/*
 * A thread waits for a report without the GIL: the check is its own, and soon
 * over.
 */
static atomic_bool is_waiting;

/*
 * The thread between leakshim_py_begin() and leakshim_py_end(), 0: none.
 * Written with the GIL, by the thread that has the turn.
 */
static volatile pid_t begun_by;

static bool
has_begun(void)
{
	return begun_by == (pid_t)syscall(SYS_gettid);
}

/*
 * KeyboardInterrupt may have come between the two, so that it is never ended.
 */
static void
end_abandoned(void)
{
	if (!has_begun())
		return;
	begun_by = 0;
	inspector_give_up();
	put_options_back();
	inspector_end_turn();
}

/* What the caller's GIL was: for end_turn(). */
struct turn {
	bool has_taken;
	int state;
	uint64_t since_ns; /* it is held, and the turn is ours */
};

/*
 * From its start: a process that was attached to has no marks that can be
 * trusted, and writes no report when it ends; use `leakshim check' for it.
 */
static bool
is_watched(void)
{
	return watched.is_watched && !process.is_inert &&
	       !process.is_attached && process_is_own();
}

/* Without the GIL: is there anything to wait for?  0 or an errno. */
static int
why_never(void)
{
	if (process.declined || process.is_inert || process.is_attached ||
	    !process_is_own())
		return ENOTSUP;
	if (!watched.is_watched)
		return EAGAIN;
	if (watched.is_ending || is_finalizing())
		return ESHUTDOWN;
	return watched.problem ? ENOTSUP : 0;
}

/*
 * Without the GIL: the thread will not get far.  The paths: of a report that
 * will not be read then, or NULL.
 */
static void
stay_behind(const char *json_path, const char *text_path)
{
	leftbehind_remove(json_path, text_path);
	leftbehind_wait();
}

static void
stay_behind_with_gil(const char *json_path, const char *text_path)
{
	void *state = gil_let_go();

	stay_behind(json_path, text_path);
	gil_take_again(state);
}

/* A call fails because the program ends: in a thread that has the GIL? */
static void
stay_if_left_behind(int why, const char *json_path)
{
	if (why == ESHUTDOWN && leftbehind_is() && gil_look() == GIL_HELD)
		stay_behind_with_gil(json_path, NULL);
}

/* Another thread has the turn, and needs no GIL to come to its end. */
static void
stand_aside(const struct turn *t, const char *json_path)
{
	void *state = gil_let_go();

	if (!atomic_load(&is_waiting))
		background_wait();
	while (atomic_load(&is_waiting) && !leftbehind_is())
		turn_nap();
	if (!t->has_taken && leftbehind_is())
		stay_behind(json_path, NULL);
	gil_take_again(state);
}

/* The GIL is held.  0, or an errno. */
static int
take_turn(const struct turn *t, const char *json_path)
{
	for (;;) {
		/* What was true before we waited may not be any more. */
		int why = why_never();

		if (!why && gcwatch_is_collecting())
			why = EAGAIN;
		if (why)
			return why;
		background_settle();
		if (inspector_take_turn())
			return 0;
		if (!background_is_there() && !atomic_load(&is_waiting))
			return EAGAIN;
		stand_aside(t, json_path);
	}
}

/* A call of ours: why it cannot be served, 0 or an errno. */
static int
enter(void)
{
	int why = why_never();

	/*
	 * The caller is the program, and what follows is not part of the
	 * startup.
	 */
	if (!why)
		programstart_end();
	return why;
}

static int
begin_turn(struct turn *t, const char *json_path)
{
	int why = enter();

	t->has_taken = false;
	stay_if_left_behind(why, json_path);
	if (why)
		return why;
	switch (gil_look()) {
	case GIL_UNKNOWN:
		return EDEADLK;
	case GIL_NOT_HELD:
		if (!gil_can_take())
			return EDEADLK;
		t->state = gil_take();
		t->has_taken = true;
		break;
	case GIL_HELD:
		break;
	}
	/* A finalizer in the collection between the two may ask as well. */
	if (!gcwatch_is_collecting())
		end_abandoned();
	why = take_turn(t, json_path);
	if (!t->has_taken)
		stay_if_left_behind(why, json_path);
	t->since_ns = clone_now_ns();
	if (why && t->has_taken)
		gil_give_back(t->state);
	return why;
}

static void
end_turn(const struct turn *t)
{
	inspector_end_turn();
	if (t->has_taken)
		gil_give_back(t->state);
}

static int
fail(int why)
{
	errno = why;
	return -1;
}

static int
check_mark(long mark)
{
	if (mark < 0 || mark > (long)sidetable_epoch())
		return EINVAL;
	return mark && !hooks_see_objects() ? ENOTSUP : 0;
}

/*
 * The program goes on meanwhile.  A gate must not take a missing report for a
 * clean one.  The paths are those that leakshim.py is going to read.  Returns
 * the number of findings, or a negative errno.
 */
static int
end_check(const struct turn *t, const char *json_path, const char *text_path)
{
	bool is_written = false, is_left;
	void *state;
	int n;

	inspector_let_go();
	atomic_store(&is_waiting, true);
	state = gil_let_go();
	inspector_wait();
	/* Before: the thread may end in there, when the interpreter does. */
	n = inspector_end(&is_written);
	/* The end waits for us alone. */
	is_left = leftbehind_is() && !t->has_taken;
	if (is_left)
		leftbehind_remove(json_path, text_path);
	atomic_store(&is_waiting, false);
	if (is_left)
		leftbehind_wait();
	gil_take_again(state);
	if (is_left && json_path)
		return -ESHUTDOWN;
	return is_written && n >= 0 ? n : -EIO;
}

void
askapi_wait_until_idle(void)
{
	while (atomic_load(&is_waiting))
		turn_nap();
	/* KeyboardInterrupt may have come before leakshim_py_end(). */
	put_options_back();
}

void
askapi_forked(void)
{
	atomic_store(&is_waiting, false);
	begun_by = 0;
	put_options_back();
}

static int
check(long mark, const char *log_path)
{
	struct inspector_request request = {
		.trigger = "api",
		.since = (uint32_t)mark,
		.path = log_path,
		.goes_on = true,
	};
	struct turn turn;
	int saved = errno, why = begin_turn(&turn, NULL), n = -1;

	if (why)
		return fail(why);
	why = check_mark(mark);
	request.held_since_ns = turn.since_ns;
	if (!why)
		n = inspector_begin(&request) ? end_check(&turn, NULL, NULL) :
						-EIO;
	if (!why)
		why = n < 0 ? -n : saved;
	end_turn(&turn);
	errno = why;
	return n < 0 ? -1 : n;
}

int
leakshim_abi1_is_active(void)
{
	if (!is_watched() || watched.problem)
		return 0;
	enter();
	return 1;
}

int
leakshim_abi1_check(const char *log_path)
{
	return check(0, log_path);
}

int
leakshim_abi1_check_since(long mark, const char *log_path)
{
	return mark ? check(mark, log_path) : fail(EINVAL);
}

/* Needs no GIL: what is allocated meanwhile is on one side of it or the other.
 */
long
leakshim_abi1_checkpoint(void)
{
	int why = enter();
	long mark;

	if (!why && !hooks_see_objects())
		why = ENOTSUP;
	stay_if_left_behind(why, NULL);
	if (why)
		return fail(why);
	callstack_prepare();
	mark = (long)sidetable_begin_epoch();
	if (gil_look() == GIL_HELD)
		callstack_note((uint32_t)mark);
	return mark ? mark : fail(ENOTSUP);
}

int
leakshim_is_active(void)
{
	return leakshim_abi1_is_active();
}

int
leakshim_check(const char *log_path)
{
	return leakshim_abi1_check(log_path);
}

long
leakshim_checkpoint(void)
{
	return leakshim_abi1_checkpoint();
}

int
leakshim_check_since(long mark, const char *log_path)
{
	return leakshim_abi1_check_since(mark, log_path);
}

/* ---- leakshim.py ---- */

static bool
apply_options(const char *text)
{
	struct buf complaints;
	bool ok;

	buf_init(&complaints);
	ok = options_parse(&process.options, text, &complaints) == 0;
	if (!ok)
		say_text(&complaints);
	buf_fini(&complaints);
	return ok;
}

long
leakshim_py_begin(long mark, long until, const char *json_path,
		  const char *text_path, const char *options,
		  int collection_follows)
{
	struct inspector_request request = {
		.trigger = "api",
		.collection_follows = collection_follows,
		.goes_on = !collection_follows,
		.since = (uint32_t)mark,
		.until = (uint32_t)until,
		.path = json_path,
		.text_path = text_path,
	};
	struct turn turn;
	int why = begin_turn(&turn, json_path);

	if (why)
		return fail(why);
	why = check_mark(mark);
	if (!why)
		why = check_mark(until);
	request.held_since_ns = turn.since_ns;
	usual = process.options;
	has_options_of_its_own = true;
	if (!why && options && !apply_options(options))
		why = EINVAL;
	if (!why && !inspector_begin(&request))
		why = EIO;
	if (!why) {
		begun_by = (pid_t)syscall(SYS_gettid);
		return (long)inspector_suspects();
	}
	put_options_back();
	end_turn(&turn);
	return fail(why);
}

int
leakshim_py_end(int outcome, const char *json_path, const char *text_path)
{
	const struct turn turn = {false, 0, 0};
	int saved = errno, n;

	if (!has_begun())
		return fail(EINVAL);
	/* The check that is under way now is the one at the end. */
	if (leftbehind_is()) {
		begun_by = 0;
		stay_behind_with_gil(json_path, text_path);
		return fail(ESHUTDOWN);
	}
	if (outcome == LEAKSHIM_PY_GIVE_UP) {
		end_abandoned();
		return fail(ECANCELED);
	}
	begun_by = 0;
	if (outcome == LEAKSHIM_PY_HAS_COLLECTED) {
		inspector_hold();
		inspector_compare();
	}
	/*
	 * The clone has its own; a child that is forked meanwhile needs these.
	 */
	put_options_back();
	n = end_check(&turn, json_path, text_path);
	end_turn(&turn);
	errno = n < 0 ? -n : saved;
	return n < 0 ? -1 : n;
}

int
leakshim_py_collected(int on)
{
	collected_want(on);
	return 0;
}
