#include "config.h"

#include "shim/api.h"

#include <errno.h>

#include "common/buf.h"
#include "python/gil.h"
#include "shim/background.h"
#include "shim/boot.h"
#include "shim/collected.h"
#include "shim/finish.h"
#include "shim/forks.h"
#include "shim/gcwatch.h"
#include "shim/hooks.h"
#include "shim/inspector.h"
#include "shim/process.h"
#include "shim/say.h"
#include "shim/sidetable.h"

static struct options usual; /* while a check has options of its own */

/* What the caller's GIL was: for end_turn(). */
struct turn {
	bool has_taken;
	int state;
};

/*
 * From its start: a process that was attached to has no marks that could be
 * trusted and tells nobody when it ends; `leakshim check' is for it.
 */
static bool
is_watched(void)
{
	return boot_is_done() && !process.is_inert && !process.is_attached &&
	       forks_is_own_process();
}

/* Without the GIL: is there anything to wait for?  0 or an errno. */
static int
why_never(void)
{
	if (process.declined || process.is_inert || process.is_attached ||
	    !forks_is_own_process())
		return ENOTSUP;
	if (!boot_is_done())
		return EAGAIN;
	if (finish_has_begun() || is_finalizing())
		return ESHUTDOWN;
	return boot_problem() ? ENOTSUP : 0;
}

static int
begin_turn(struct turn *t)
{
	int why = why_never();

	t->has_taken = false;
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
	/* What was true before we waited may not be any more. */
	why = why_never();
	if (!why && gcwatch_is_collecting())
		why = EAGAIN;
	if (!why)
		background_wait();
	if (!why && !inspector_take_turn())
		why = EAGAIN;
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

/* A gate must not take a report that is not there for a clean one. */
static int
end_check(void)
{
	bool is_written = false;
	int n = inspector_end(&is_written);

	return is_written ? n : -1;
}

static int
check(long mark, const char *log_path)
{
	struct inspector_request request = {
		.trigger = "api",
		.since = (uint32_t)mark,
		.path = log_path,
	};
	struct turn turn;
	int saved = errno, why = begin_turn(&turn), n = -1;

	if (why)
		return fail(why);
	why = check_mark(mark);
	if (!why) {
		n = inspector_begin(&request) ? end_check() : -1;
		why = n < 0 ? EIO : saved;
	}
	end_turn(&turn);
	errno = why;
	return n;
}

int
leakshim_abi1_is_active(void)
{
	return is_watched() && !boot_problem();
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
	int why = why_never();
	long mark;

	if (!why && !hooks_see_objects())
		why = ENOTSUP;
	if (why)
		return fail(why);
	mark = (long)sidetable_begin_epoch();
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
leakshim_py_begin(long mark, const char *json_path, const char *text_path,
		  const char *options)
{
	struct inspector_request request = {
		.trigger = "api",
		.collection_follows = true,
		.since = (uint32_t)mark,
		.path = json_path,
		.text_path = text_path,
	};
	struct turn turn;
	int why = begin_turn(&turn);

	if (why)
		return fail(why);
	why = check_mark(mark);
	usual = process.options;
	if (!why && options && !apply_options(options))
		why = EINVAL;
	if (!why && !inspector_begin(&request))
		why = EIO;
	if (!why)
		return (long)inspector_suspects();
	process.options = usual;
	end_turn(&turn);
	return fail(why);
}

int
leakshim_py_end(int has_collected)
{
	const struct turn turn = {false, 0};
	int saved = errno, n;

	if (has_collected)
		inspector_compare();
	n = end_check();
	process.options = usual;
	end_turn(&turn);
	errno = n < 0 ? EIO : saved;
	return n;
}

int
leakshim_py_collected(int on)
{
	collected_want(on);
	return 0;
}
