#include "config.h"

#include "shim/serve.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "python/api.h"
#include "python/gil.h"
#include "python/gilturn.h"
#include "shim/boot.h"
#include "shim/capture.h"
#include "shim/channel.h"
#include "shim/clone.h"
#include "shim/forks.h"
#include "shim/gcwatch.h"
#include "shim/hooks.h"
#include "shim/inspection.h"
#include "shim/inspector.h"
#include "shim/process.h"
#include "shim/published.h"
#include "shim/say.h"
#include "shim/start.h"

enum {
	GIL_IN_LOOP_MS = 300, /* that a running main thread may need */
	UNMAP_MS = 5000,
	NAP_US = 500,
	EXIT_MS = 60000,
};

/* One command at a time. */
static atomic_flag is_serving = ATOMIC_FLAG_INIT;
static atomic_bool is_checking;

static void
nap(void)
{
	struct timespec t = {0, NAP_US * 1000L};
	int saved = errno;

	nanosleep(&t, NULL);
	errno = saved;
}

static uint32_t
refuse(const char *why)
{
	struct buf b;

	buf_init(&b);
	buf_printf(&b, "%s\n", why);
	channel_say(b.data, b.len);
	buf_fini(&b);
	return ATTACH_REFUSED;
}

/* ---- the GIL ---- */

/* False: the command has given up. */
static bool
wait_for_gil_to_be(unsigned milliseconds)
{
	uint64_t until = clone_now_ns() + (uint64_t)milliseconds * 1000000;

	while (gilturn_lacks_gil() && clone_now_ns() < until &&
	       channel_is_alive())
		nap();
	return !gilturn_lacks_gil();
}

/* Before 3.7: see gilturn.h. */
static const char *
make_gil(const struct attach_page *page)
{
	struct attach_call call = {(uintptr_t)gilturn_make_gil};

	if (!gilturn_lacks_gil())
		return NULL;
	if (gilturn_ask_for_gil() && wait_for_gil_to_be(GIL_IN_LOOP_MS))
		return NULL;
	channel_send(ATTACH_THREADS, &call, sizeof call);
	if (wait_for_gil_to_be(page->timeout * 1000))
		return NULL;
	return "its main thread has not come to a place where Python can be "
	       "told that there are threads";
}

/* The GIL is held: what now? */
static const char *
why_not_yet(void)
{
	if (gcwatch_is_collecting())
		return "a garbage collection does not come to its end";
	return inspector_take_turn() ? NULL :
				       "the program's own check does not come "
				       "to its end";
}

/*
 * The GIL, and the turn among checks, at a moment when all is in order; NULL,
 * or why not.
 */
static const char *
begin_turn(const struct attach_page *page, int *turn)
{
	uint64_t until = clone_now_ns() + (uint64_t)page->timeout * 1000000000;
	const char *why = gilturn_problem(), *not_yet;

	if (!why)
		why = make_gil(page);
	while (!why) {
		/* Just before: in a dead interpreter there is no turn to take.
		 */
		why = gilturn_problem();
		if (why)
			break;
		*turn = gil_take();
		/* What was true before we waited may not be any more. */
		why = !channel_is_alive() ? "the command has given up" :
		      is_finalizing()     ? "its Python is being finalized" :
					    NULL;
		not_yet = why ? NULL : why_not_yet();
		if (!why && !not_yet) {
			channel_send(ATTACH_BEGUN, NULL, 0);
			return NULL;
		}
		gil_give_back(*turn);
		if (!why && clone_now_ns() > until)
			why = not_yet;
		nap();
	}
	return why;
}

static void
end_turn(int turn)
{
	inspector_end_turn();
	gil_give_back(turn);
}

/* ---- attach ---- */

static void
say_attached(void)
{
	struct buf b;

	buf_init(&b);
	buf_printf(&b, "watching CPython %s (%s): hooks %s, free lists %s",
		   python.text, python.is_shared ? "shared" : "static",
		   hooks_kind(), hooks_free_list_kind());
	if (capture_problem() && hooks_see_objects())
		buf_printf(&b, ", no backtraces: %s", capture_problem());
	buf_putc(&b, '\n');
	channel_say(b.data, b.len);
	buf_fini(&b);
}

static uint32_t
serve_attach(const struct attach_page *page)
{
	const char *why;
	int turn;

	if (boot_is_done() && !process.is_inert)
		return refuse("it is watched already");
	why = start_find_running();
	if (!why)
		why = begin_turn(page, &turn);
	if (why)
		return refuse(why);
	process_attach(page->options);
	forks_init();
	why = boot_attach();
	process.is_inert = why != NULL;
	end_turn(turn);
	if (why)
		return refuse(why);
	published_attached();
	say_attached();
	return ATTACH_OK;
}

/* ---- check ---- */

static const char *
not_watched(void)
{
	if (process.declined)
		return process.declined;
	if (!boot_is_done() || process.is_inert)
		return "it is not watched: `leakshim attach' begins that";
	if (!forks_is_own_process())
		return "it is a child between fork() and exec()";
	return boot_problem();
}

static void
take_options(const char *text)
{
	struct buf complaints;

	buf_init(&complaints);
	options_parse(&process.options, text, &complaints);
	if (complaints.len)
		say_text(&complaints);
	buf_fini(&complaints);
}

static uint32_t
serve_check(const struct attach_page *page, uint32_t *n_failing)
{
	static struct options usual;
	const struct inspector_request request = {.trigger = "request"};
	const char *why = not_watched();
	bool has_begun, is_written = false;
	int turn, n = -1;

	if (!why)
		why = begin_turn(page, &turn);
	if (why)
		return refuse(why);
	atomic_store(&is_checking, true);
	usual = process.options;
	take_options(page->options);
	/* A clone needs no time of the program's; in place it would. */
	process.options.isolate = true;
	has_begun = inspector_begin(&request);
	gil_give_back(turn);
	if (has_begun)
		n = inspector_end(&is_written);
	process.options = usual;
	inspector_end_turn();
	atomic_store(&is_checking, false);
	/* Without a report, or with half of one, a line has said why. */
	if (n < 0 || !is_written)
		return ATTACH_REFUSED;
	*n_failing = (uint32_t)n;
	published_checked(*n_failing, inspection.last_pause_ns);
	return *n_failing ? ATTACH_FOUND : ATTACH_OK;
}

void
serve_wait_until_idle(void)
{
	uint64_t until = clone_now_ns() + (uint64_t)EXIT_MS * 1000000;

	while (atomic_load(&is_checking) && clone_now_ns() < until)
		nap();
}

void
serve_forked(void)
{
	channel_forked();
	atomic_flag_clear(&is_serving);
	atomic_store(&is_checking, false);
}

/* ---- detach ---- */

static uint32_t
serve_detach(const struct attach_page *page)
{
	const char *why = not_watched();
	int turn;
	bool ok;

	if (!why)
		why = begin_turn(page, &turn);
	if (why)
		return refuse(why);
	ok = boot_detach();
	end_turn(turn);
	published_detached();
	if (!ok)
		refuse("another tool's allocator stands on ours, which stays "
		       "and does nothing");
	return ATTACH_OK;
}

/* ---- the thread ---- */

static bool
is_ours(const struct attach_page *page)
{
	return page->magic == ATTACH_MAGIC && page->version == ATTACH_VERSION;
}

static void
serve_wish(struct attach_page *page)
{
	struct attach_result result = {ATTACH_REFUSED, 0,
				       (int32_t)syscall(SYS_gettid), 0};

	if (atomic_flag_test_and_set(&is_serving)) {
		refuse("another command is at work on it");
	} else {
		if (page->verb == ATTACH_VERB_ATTACH)
			result.status = serve_attach(page);
		else if (page->verb == ATTACH_VERB_CHECK)
			result.status = serve_check(page, &result.n_failing);
		else if (page->verb == ATTACH_VERB_DETACH)
			result.status = serve_detach(page);
		else
			refuse("it does not know this wish");
		atomic_flag_clear(&is_serving);
	}
	channel_send(ATTACH_DONE, &result, sizeof result);
}

/* Nobody may be on the pages any more; if that is not certain, they stay. */
static void
unmap(struct attach_page *page)
{
	uint64_t until = clone_now_ns() + (uint64_t)UNMAP_MS * 1000000;

	while (!page->may_unmap && clone_now_ns() < until && channel_is_alive())
		nap();
	if (!page->may_unmap)
		return;
	munmap((void *)(uintptr_t)page->code, page->code_bytes);
	munmap(page, page->self_bytes);
}

void
serve(struct attach_page *page)
{
	if (!is_ours(page))
		return;
	prctl(PR_SET_NAME, "leakshim", 0, 0, 0);
	if (page->library >= 0)
		syscall(SYS_close, page->library);
	channel_open(page->channel, page->colour);
	serve_wish(page);
	unmap(page);
	channel_close();
}
