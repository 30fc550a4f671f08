#include "config.h"

#include "shim/occasions/triggers.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "python/api.h"
#include "python/foreigngil.h"
#include "python/gil.h"
#include "python/layout.h"
#include "python/names.h"
#include "python/pending.h"
#include "python/pyerror.h"
#include "shim/base/arming.h"
#include "shim/base/clone.h"
#include "shim/base/process.h"
#include "shim/base/say.h"
#include "shim/base/watched.h"
#include "shim/check/background.h"
#include "shim/check/facts.h"
#include "shim/check/inspection.h"
#include "shim/gc/gcwatch.h"
#include "shim/occasions/asksignal.h"
#include "shim/occasions/atrest.h"
#include "shim/record/callers.h"
#include "shim/record/hooks.h"

enum {
	COUNTDOWN = 128,  /* allocations between two looks at the clock */
	MOST_PENDING = 4, /* of the 32 that the interpreter has room for */
};

#define MILLISECONDS 1000000ULL
#define PATIENCE (1000 * MILLISECONDS) /* with the main thread */
#define NAP (100 * MILLISECONDS)       /* before another try */

static struct {
	uint64_t every_ns; /* 0: no timer */
	uint64_t started_ns;
	const void *interpreter; /* the main one */
	bool has_hooks;
	bool lacks_signal; /* it has yet to be taken */
	/* A check is asked for; handlers set it. */
	atomic_bool is_signalled;
	bool has_said_taken; /* that a handler of the program's has it */
	/* Interpreters with a GIL of their own look at once. */
	_Atomic int countdown;
	_Atomic int n_pending;
	_Atomic uint64_t waits_since; /* for the main thread; 0: not */
	_Atomic uint64_t served;      /* when it last came; 0: never */
} watch;

/* Exact enough, and without a system call. */
static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Signals: safe. */
static bool
can_check(void)
{
	return watched.is_watched && !watched.problem && !process.is_inert &&
	       !is_finalizing() &&
	       (process.is_attached || !watched.is_ending) && process_is_own();
}

static bool
is_time(uint64_t now)
{
	uint64_t last = inspection.began_ns > watch.started_ns ?
				inspection.began_ns :
				watch.started_ns;

	return watch.every_ns && now >= last + watch.every_ns;
}

static const char *
is_due(void)
{
	return atomic_load(&watch.is_signalled) ? "signal" :
	       is_time(now_ns())                ? "timer" :
						  NULL;
}

/* Signals: safe. */
static bool
is_asked_for(void)
{
	return background_is_there() || watch.lacks_signal || is_due();
}

/* ---- where it is done ---- */

static void tick(void);

/* Signals: safe. */
static void
set_hook(void (*hook)(void))
{
	if (watch.has_hooks)
		arming_set_hook(hook);
	else if (!process.is_attached)
		arming_set_malloc(hook);
}

/* Signals: safe. */
static void
arm(void)
{
	atomic_store(&watch.countdown, 0);
	atomic_store(&watch.served, 0);
	set_hook(tick);
}

/* Without a timer, there is nothing to look at until a signal comes. */
static void
disarm(void)
{
	if (watch.every_ns)
		return;
	set_hook(NULL);
	/* One may have come meanwhile. */
	if (is_asked_for())
		set_hook(tick);
}

/* The next one may find them gone. */
static void
give_up(void)
{
	static bool has_said;

	watch.started_ns = now_ns();
	if (!has_said)
		say("no report",
		    "it has several interpreters, which may run at the "
		    "same time (3.12 and later)");
	has_said = true;
}

/*
 * 3.6 boots before its signal module has seen the actions that the program was
 * started with: ours must not be among them.  Without that module, it is
 * installed late.
 */
static bool
is_too_early(void)
{
	return !dict_find(dict_of_modules(), name_of_signal_module()) &&
	       now_ns() - watch.started_ns < PATIENCE;
}

static void on_signal(void *context);
static void on_taken(void);

static const struct asksignal_calls signal_calls = {on_signal, on_taken};

static void
take_signal(void)
{
	const char *why;

	if (!watch.lacks_signal)
		return;
	if (is_too_early()) {
		arm(); /* soon again: the program is about to begin */
		return;
	}
	watch.lacks_signal = false;
	atrest_prepare();
	why = asksignal_install(process.options.signal, &signal_calls);
	watch.has_said_taken = why != NULL;
	if (why && (process_is_first() || process.is_attached))
		say("signal= does nothing", why);
}

/*
 * What has to be done, with the GIL, at a place where objects are consistent.
 */
static void
serve(void)
{
	uint64_t since_ns = clone_now_ns();
	const char *trigger;

	if (!can_check() || gcwatch_is_collecting())
		return;
	take_signal();
	background_settle();
	trigger = is_due();
	if (trigger && !background_is_there()) {
		/* Before: one that comes while it is made asks for another. */
		bool was = atomic_exchange(&watch.is_signalled, false);

		if (foreigngil_has_rivals())
			give_up();
		else if (!background_begin(trigger, since_ns) && was)
			atomic_store(&watch.is_signalled, true);
	}
	disarm();
}

static void
serve_quietly(void)
{
	struct pyerror error;
	int saved = errno;

	atomic_store(&watch.waits_since, 0);
	atomic_store(&watch.served, now_ns());
	pyerror_keep(&error);
	serve();
	pyerror_put_back(&error);
	errno = saved;
}

/* The pending call. */
static int
on_turn(void *unused)
{
	(void)unused;
	atomic_fetch_sub(&watch.n_pending, 1);
	if (gil_is_held())
		serve_quietly();
	return 0;
}

/* ---- noticing that it is time ---- */

/* Signals: safe where pending_is_signal_safe(). */
static void
ask_main_thread(void)
{
	if (atomic_fetch_add(&watch.n_pending, 1) >= MOST_PENDING ||
	    !pending_add(on_turn, NULL))
		atomic_fetch_sub(&watch.n_pending, 1);
}

static bool
is_something_to_do(void)
{
	return is_asked_for() && can_check();
}

/* From 3.9 to 3.11 each interpreter has a queue, and may end before it runs. */
static bool
is_in_main_interpreter(void)
{
	const void *now = watch.has_hooks ? gil_interpreter() : NULL;

	return !now || !watch.interpreter || now == watch.interpreter;
}

static void
look(void)
{
	uint64_t now = now_ns(), since = atomic_load(&watch.waits_since);

	if (now - atomic_load(&watch.served) < NAP ||
	    (since && now - since <= PATIENCE) || !is_something_to_do() ||
	    !is_in_main_interpreter())
		return;
	if (!since)
		atomic_store(&watch.waits_since, now);
	/* Asked already, unless there was no room for it. */
	if (!since || !atomic_load(&watch.n_pending))
		ask_main_thread();
}

/* In a hook, before it allocates; from malloc() also without the GIL. */
static void
tick(void)
{
	int left = atomic_load_explicit(&watch.countdown, memory_order_relaxed);
	int saved;

	if (__builtin_expect(left > 0, 1)) {
		atomic_store_explicit(&watch.countdown, left - 1,
				      memory_order_relaxed);
		return;
	}
	atomic_store_explicit(&watch.countdown, COUNTDOWN,
			      memory_order_relaxed);
	saved = errno;
	look();
	errno = saved;
}

void
triggers_collected(void)
{
	uint64_t since;

	callers_settle();
	if (!is_asked_for())
		return;
	look();
	since = atomic_load(&watch.waits_since);
	if (since && now_ns() - since > PATIENCE)
		serve_quietly();
}

/* ---- the signal ---- */

static void
on_signal(void *context)
{
	if (!can_check())
		return;
	atomic_store(&watch.is_signalled, true);
	if (atrest_check("signal", context)) {
		atomic_store(&watch.is_signalled, false);
	} else if (pending_is_signal_safe()) {
		ask_main_thread();
	}
	arm();
}

/* Once, by the process that its user has started.  Signals: safe. */
static void
on_taken(void)
{
	if (watch.has_said_taken || !process_is_own() ||
	    !(process_is_first() || process.is_attached))
		return;
	watch.has_said_taken = true;
	say("signal= does nothing here",
	    "the program has installed a handler for it; another may be free "
	    "(signal=RTMIN+3)");
}

/* ---- from boot to the end ---- */

const char *
triggers_problem(void)
{
	if (process.options.check_every && process.is_attached &&
	    !watch.has_hooks && !layout->has_gc_callbacks)
		return "Python 2.7 has no hooks that can be installed while "
		       "it runs";
	return NULL;
}

void
triggers_start(void)
{
	facts_explain(OMISSION_SIGNAL, asksignal_problem);
	facts_explain(OMISSION_CHECK_EVERY, triggers_problem);
	if (!process.options.check_every && !process.options.signal)
		return;
	pending_learn();
	watch.every_ns =
		(uint64_t)process.options.check_every * 1000 * MILLISECONDS;
	watch.started_ns = now_ns();
	watch.interpreter = gil_interpreter();
	watch.has_hooks = hooks_can_trigger();
	watch.lacks_signal = process.options.signal;
	take_signal();
	if (watch.every_ns)
		arm();
	if (triggers_problem())
		say("check_every= does nothing", triggers_problem());
}

void
triggers_stop(void)
{
	asksignal_remove();
	watch.lacks_signal = false;
	watch.every_ns = 0;
	atomic_store(&watch.is_signalled, false);
	disarm();
}

void
triggers_forked(void)
{
	background_forked();
	inspection.began_ns = 0;
	watch.started_ns = now_ns();
	atomic_store(&watch.is_signalled, false);
	atomic_store(&watch.waits_since, 0);
	if (process.is_inert)
		triggers_stop();
}
