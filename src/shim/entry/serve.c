#include "config.h"

#include "shim/entry/serve.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/attachpage.h"
#include "common/buf.h"
#include "common/oldsymbol.h"
#include "python/api.h"
#include "shim/base/channel.h"
#include "shim/base/clone.h"
#include "shim/base/forkgate.h"
#include "shim/base/loaded.h"
#include "shim/base/process.h"
#include "shim/base/watched.h"
#include "shim/check/command.h"
#include "shim/check/inspection.h"
#include "shim/check/inspector.h"
#include "shim/check/statuspage.h"
#include "shim/check/turn.h"
#include "shim/entry/boot.h"
#include "shim/entry/forks.h"
#include "shim/entry/start.h"
#include "shim/record/capture.h"
#include "shim/record/hooks.h"

OLD_SYMBOL(dlsym);

enum { UNMAP_MS = 5000 };

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

/* ---- check ---- */

static const char *
not_watched(void)
{
	if (process.declined)
		return process.declined;
	if (!watched.is_watched || process.is_inert)
		return "it is not watched: run `leakshim attach' first";
	if (!process_is_own())
		return "it is a child between fork() and exec()";
	return watched.problem;
}

/*
 * With the turn and the GIL, both of which it releases.  The number of failing
 * findings; -1: no report, or an incomplete one, and a line has said why.
 */
static int
check(const char *trigger, const char *options, void *turn)
{
	const struct inspector_request request = {
		.trigger = trigger,
		.goes_on = true,
		.held_since_ns = turn_began_ns(),
	};
	bool has_begun, is_written = false;
	int n = -1;

	command_take_options(options);
	has_begun = inspector_begin(&request);
	if (has_begun)
		inspector_let_go();
	turn_give_gil_back(turn);
	if (has_begun)
		n = inspector_end(&is_written);
	command_put_options_back();
	inspector_end_turn();
	if (n < 0 || !is_written)
		return -1;
	statuspage_checked((uint32_t)n, inspection.last_pause_ns);
	return n;
}

static uint32_t
serve_check(const struct attach_page *page, uint32_t *n_failing)
{
	const char *why = not_watched();
	void *turn;
	int n;

	if (!why)
		why = turn_begin(page, &turn);
	if (why)
		return refuse(why);
	n = check("request", page->options, turn);
	if (n < 0)
		return ATTACH_REFUSED;
	*n_failing = (uint32_t)n;
	return n ? ATTACH_FOUND : ATTACH_OK;
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

/*
 * Two commands at once may each load the library, under different names, before
 * one can see what the other does.  Only the first on the loader's list, which
 * never leaves it, may watch the process: two would hook each other.
 */
static bool
is_first_copy(void)
{
	static enum { UNKNOWN, FIRST, ANOTHER } we;
	void *handle;

	if (we == UNKNOWN) {
		handle = loaded_with(ATTACH_STATUS);
		we = !handle || statuspage_is(dlsym(handle, ATTACH_STATUS)) ?
			     FIRST :
			     ANOTHER;
	}
	return we == FIRST;
}

#define BUSY "another leakshim command is working on it"

static uint32_t
serve_attach(const struct attach_page *page)
{
	const char *why;
	void *turn;

	if (watched.is_watched && !process.is_inert)
		return refuse("it is already watched");
	forks_init_late();
	/* The loader's locks are not for children either. */
	forkgate_keep_out();
	why = is_first_copy() ? start_find_running() : BUSY;
	forkgate_let_in();
	if (!why)
		why = turn_begin(page, &turn);
	if (why)
		return refuse(why);
	process_attach(page->options);
	why = boot_attach();
	process.is_inert = why != NULL;
	if (why) {
		turn_end(turn);
		return refuse(why);
	}
	/* While we have the GIL: a child must not be forked in between. */
	statuspage_attached();
	say_attached();
	/* What has leaked already; the process is attached to in any case. */
	if (page->skips_check)
		turn_end(turn);
	else
		check("attach", page->tells_json ? "format=json" : NULL, turn);
	return ATTACH_OK;
}

/* ---- detach ---- */

static uint32_t
serve_detach(const struct attach_page *page)
{
	const char *why = not_watched();
	void *turn;
	bool ok;

	if (!why)
		why = turn_begin(page, &turn);
	if (why)
		return refuse(why);
	ok = boot_detach();
	statuspage_detached();
	turn_end(turn);
	if (!ok)
		refuse("another tool's allocator is installed on top of ours, "
		       "which stays and does nothing");
	return ATTACH_OK;
}

/* ---- the thread ---- */

static bool
is_ours(const struct attach_page *page)
{
	return page->magic == ATTACH_MAGIC && page->version == ATTACH_VERSION;
}

static void
answer(uint32_t status, uint32_t n_failing, int fd)
{
	struct attach_result result = {status, n_failing,
				       (int32_t)syscall(SYS_gettid), 0};

	channel_send_to(fd, ATTACH_DONE, &result, sizeof result);
}

static void
serve_wish(struct attach_page *page)
{
	uint32_t status = ATTACH_REFUSED, n_failing = 0;

	if (page->verb == ATTACH_VERB_ATTACH)
		status = serve_attach(page);
	else if (page->verb == ATTACH_VERB_CHECK)
		status = serve_check(page, &n_failing);
	else if (page->verb == ATTACH_VERB_DETACH)
		status = serve_detach(page);
	else
		refuse("it does not know this request");
	answer(status, n_failing, page->channel);
}

/* No thread may be on the pages any more; if that is not certain, they stay. */
static void
unmap(struct attach_page *page)
{
	uint64_t until = clone_now_ns() + (uint64_t)UNMAP_MS * 1000000;

	while (!page->may_unmap && clone_now_ns() < until &&
	       channel_has_reader(page->channel))
		turn_nap();
	if (!page->may_unmap)
		return;
	if (page->code)
		munmap((void *)(uintptr_t)page->code, page->code_bytes);
	munmap(page, page->self_bytes);
}

/* The channel that is open is the other command's, and stays so. */
static void
refuse_busy(struct attach_page *page)
{
	static const char line[] = BUSY "\n";
	int fd = page->channel;

	channel_send_to(fd, ATTACH_SAY, line, sizeof line - 1);
	answer(ATTACH_REFUSED, 0, fd);
	unmap(page);
	syscall(SYS_close, fd);
}

void
serve(struct attach_page *page)
{
	if (!is_ours(page))
		return;
	if (page->library >= 0)
		syscall(SYS_close, page->library);
	if (!command_begin()) {
		refuse_busy(page);
		return;
	}
	/* Another command finds the one at work by this name. */
	prctl(PR_SET_NAME, "leakshim", 0, 0, 0);
	channel_open(page->channel, page->colour);
	serve_wish(page);
	unmap(page);
	channel_close();
	/* Not before: until then the channel is this thread's. */
	command_end();
}
