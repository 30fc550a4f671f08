/* What attach does to a thread it has stopped is not noticed by any call. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attach/hold.h"
#include "attach/processor.h"
#include "attach/safepoint.h"
#include "blocking.h"
#include "tap.h"

enum { MOST = 64, STOPS = 3, STOP_MS = 5000, PAUSE_US = 100000 };

/* Shared with the children. */
struct result {
	volatile int has_ended, error;
	volatile long returned;
};

static void
wait_in_child(const struct blocking *call, struct result *r)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	errno = 0;
	r->returned = call->wait();
	r->error = errno;
	r->has_ended = 1;
	_exit(0);
}

/* Stop it as attach does and let it go; 0 or an errno. */
static int
disturb(pid_t pid)
{
	static struct processor_state s;
	int error = hold_seize(pid, false);

	if (error)
		return error;
	hold_interrupt(pid);
	if (hold_await_stop(pid, STOP_MS) == HOLD_STOPPED &&
	    processor_save(pid, &s)) {
		safepoint_mend(&s);
		processor_restore(pid, &s);
	}
	hold_release(pid);
	return 0;
}

static void
judge(const struct blocking *call, const struct result *r)
{
	if (r->has_ended && r->returned < 0 && blocking_is_missing(r->error)) {
		skip(call->name, strerror(r->error));
		return;
	}
	if (!ok(r->has_ended == call->is_limited &&
			!(r->returned < 0 && r->error == EINTR),
		"%s", call->name))
		diag("%s, %ld (%s)", r->has_ended ? "has ended" : "still waits",
		     r->returned, strerror(r->error));
}

int
main(void)
{
	struct result *results =
		mmap(NULL, sizeof *results * MOST, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pids[MOST];
	int error = 0, stop, turns;
	size_t i;

	if (processor_problem()) {
		skip("calls that were stopped", processor_problem());
		return tap_done();
	}
	blocking_begin();
	for (i = 0; i < blocking_number; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			wait_in_child(&blocking_calls[i], &results[i]);
	}
	usleep(2 * PAUSE_US);
	for (stop = 0; stop < STOPS && !error; stop++) {
		for (i = 0; i < blocking_number && !error; i++)
			if (!results[i].has_ended)
				error = disturb(pids[i]);
		usleep(PAUSE_US);
	}
	/* Three limits may have begun anew; on a loaded machine more. */
	for (turns = 0; turns < 100; turns++) {
		bool all = true;

		for (i = 0; i < blocking_number; i++)
			all &= results[i].has_ended ||
			       !blocking_calls[i].is_limited;
		if (all)
			break;
		usleep(PAUSE_US);
	}
	for (i = 0; i < blocking_number; i++) {
		if (error)
			skip(blocking_calls[i].name, "nothing may be traced");
		else
			judge(&blocking_calls[i], &results[i]);
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	blocking_end();
	return tap_done();
}
