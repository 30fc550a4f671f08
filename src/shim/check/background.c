#include "config.h"

#include "shim/check/background.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>

#include "shim/base/process.h"
#include "shim/check/inspection.h"
#include "shim/check/inspector.h"
#include "shim/check/statuspage.h"

enum state { NOTHING, BEGINNING, RUNNING, ENDING };

static _Atomic int state;

/* The turn is ours. */
static void
end(void)
{
	bool is_written = false;
	int saved = errno, n = inspector_end(&is_written);

	if (n >= 0 && is_written)
		statuspage_checked((uint32_t)n, inspection.last_pause_ns);
	atomic_store(&state, NOTHING);
	inspector_end_turn();
	errno = saved;
}

static bool
begin(const struct inspector_request *request)
{
	int saved = errno;

	if (!inspector_take_turn())
		return false;
	atomic_store(&state, BEGINNING);
	if (!inspector_begin(request)) {
		atomic_store(&state, NOTHING);
		inspector_end_turn();
	} else if (!process.options.isolate) {
		end();
	} else {
		inspector_let_go();
		atomic_store(&state, RUNNING);
	}
	errno = saved;
	return true;
}

bool
background_begin(const char *trigger, uint64_t since_ns)
{
	const struct inspector_request request = {
		.trigger = trigger,
		.goes_on = true,
		.held_since_ns = since_ns,
	};

	return begin(&request);
}

bool
background_begin_at_rest(const char *trigger, void *stack, size_t bytes)
{
	const struct inspector_request request = {
		.trigger = trigger,
		.goes_on = true,
		.stack = stack,
		.stack_bytes = bytes,
	};

	return begin(&request);
}

bool
background_is_there(void)
{
	return atomic_load(&state) == RUNNING;
}

/* Interpreters with a GIL of their own may want to at once. */
static bool
take(void)
{
	int expected = RUNNING;

	return atomic_compare_exchange_strong(&state, &expected, ENDING);
}

void
background_settle(void)
{
	if (!take())
		return;
	if (inspector_is_over())
		end();
	else
		atomic_store(&state, RUNNING);
}

void
background_wait(void)
{
	while (atomic_load(&state) != NOTHING) {
		if (take())
			end();
		else
			sched_yield();
	}
}

void
background_give_up(void)
{
	if (!take())
		return;
	inspector_give_up();
	atomic_store(&state, NOTHING);
	inspector_end_turn();
}

void
background_forked(void)
{
	atomic_store(&state, NOTHING);
}
