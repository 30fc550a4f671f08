#include "config.h"

#include "python/pending.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "python/api.h"
#include "python/layout.h"
#include "python/peek.h"

enum {
	CALLS = 32,           /* NPENDINGCALLS */
	RUNTIME_BYTES = 2048, /* more than a _PyRuntimeState of 3.8 has */
};

/* struct _pending_calls (Include/internal/pycore_ceval.h, 3.8). */
struct queue {
	int finishing;
	uintptr_t lock;
	int calls_to_do;
	int async_exc;
	struct {
		uintptr_t call, argument;
	} calls[CALLS];
	int first, last;
};

static uintptr_t finishing_at; /* 0: not found */

static int
do_nothing(void *unused)
{
	(void)unused;
	return 0;
}

/* Is ours, at `call', the newest of a queue?  Where that begins, or 0. */
static uintptr_t
queue_around(uintptr_t call)
{
	struct queue q;
	int i;

	for (i = 0; i < CALLS; i++) {
		uintptr_t at = call - offsetof(struct queue, calls) -
			       (size_t)i * sizeof *q.calls;

		if (peek(&q, at, sizeof q) && q.last == (i + 1) % CALLS &&
		    q.first >= 0 && q.first < CALLS && q.lock &&
		    q.calls_to_do == 1 && !q.finishing &&
		    (q.async_exc == 0 || q.async_exc == 1))
			return at;
	}
	return 0;
}

static void
find_queue(void)
{
	uintptr_t at = (uintptr_t)py._PyRuntime, end = at + RUNTIME_BYTES;

	for (; at < end && !finishing_at; at += 8)
		if (peek_word(at, 0) == (uintptr_t)do_nothing &&
		    peek_word(at + 8, 0) == (uintptr_t)&finishing_at)
			finishing_at = queue_around(at);
}

void
pending_learn(void)
{
	int saved = errno;

	if (layout->pending_complains && !finishing_at && py._PyRuntime &&
	    py.Py_AddPendingCall(do_nothing, &finishing_at) == 0)
		find_queue();
	errno = saved;
}

bool
pending_add(int (*call)(void *), void *argument)
{
	int saved = errno;
	bool ok;

	if (layout->pending_complains &&
	    (!finishing_at || *(const volatile int *)finishing_at))
		return false;
	ok = py.Py_AddPendingCall(call, argument) == 0;
	errno = saved;
	return ok;
}

bool
pending_is_signal_safe(void)
{
	return layout->pending_only_tries;
}
