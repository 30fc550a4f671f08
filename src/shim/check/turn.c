#include "config.h"

#include "shim/check/turn.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "common/attachpage.h"
#include "python/foreigngil.h"
#include "python/gil.h"
#include "shim/base/channel.h"
#include "shim/base/clone.h"
#include "shim/base/forkgate.h"
#include "shim/check/background.h"
#include "shim/check/inspector.h"
#include "shim/gc/gcwatch.h"

enum {
	GIL_IN_LOOP_MS = 300, /* that a running main thread may need */
	NAP_US = 500,
};

static uint64_t began_ns; /* of the only turn that there is at a time */

void
turn_nap(void)
{
	struct timespec t = {0, NAP_US * 1000L};
	int saved = errno;

	nanosleep(&t, NULL);
	errno = saved;
}

/* False: the command has given up. */
static bool
wait_for_gil_to_be(unsigned milliseconds)
{
	uint64_t until = clone_now_ns() + (uint64_t)milliseconds * 1000000;

	while (foreigngil_lacks_gil() && clone_now_ns() < until &&
	       channel_is_alive())
		turn_nap();
	return !foreigngil_lacks_gil();
}

/* Before 3.7: see foreigngil.h. */
static const char *
make_gil(const struct attach_page *page)
{
	struct attach_call call = {(uintptr_t)foreigngil_make_gil};

	if (!foreigngil_lacks_gil())
		return NULL;
	if (foreigngil_ask_for_gil() && wait_for_gil_to_be(GIL_IN_LOOP_MS))
		return NULL;
	channel_send(ATTACH_THREADS, &call, sizeof call);
	if (wait_for_gil_to_be(page->timeout * 1000))
		return NULL;
	return "its main thread has not reached a point where Python can be "
	       "made aware of threads";
}

/* The GIL is held: what now? */
static const char *
why_not_yet(void)
{
	if (gcwatch_is_collecting())
		return "a garbage collection did not finish";
	background_settle();
	return inspector_take_turn() ? NULL :
				       "the program's own check did not finish";
}

/* NULL when the GIL is ours. */
static const char *
take_gil(void **turn)
{
	forkgate_keep_out();
	*turn = foreigngil_new_state();
	forkgate_let_in();
	if (!*turn)
		return "no memory for a thread of its Python";
	foreigngil_take(*turn);
	began_ns = clone_now_ns();
	return NULL;
}

const char *
turn_begin(const struct attach_page *page, void **turn)
{
	uint64_t until = clone_now_ns() + (uint64_t)page->timeout * 1000000000;
	const char *why = foreigngil_problem(), *not_yet;

	if (!why)
		why = make_gil(page);
	while (!why) {
		/* Just before: in a dead interpreter there is no turn to take.
		 */
		why = foreigngil_problem();
		if (!why)
			why = take_gil(turn);
		if (why)
			break;
		/* What was true before we waited may not be any more. */
		why = channel_is_alive() ? foreigngil_problem() :
					   "the command has given up";
		not_yet = why ? NULL : why_not_yet();
		if (!why && !not_yet) {
			channel_send(ATTACH_BEGUN, NULL, 0);
			return NULL;
		}
		foreigngil_give_back(*turn);
		if (!why && clone_now_ns() > until)
			why = not_yet;
		turn_nap();
	}
	return why;
}

uint64_t
turn_began_ns(void)
{
	return began_ns;
}

void
turn_give_gil_back(void *turn)
{
	foreigngil_give_back(turn);
}

void
turn_end(void *turn)
{
	inspector_end_turn();
	foreigngil_give_back(turn);
}
