#include "config.h"

#include "shim/stop/stopper.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "shim/stop/rawcall.h"
#include "shim/stop/tasks.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

enum {
	CLOSE_RANGE_OWN = 2, /* CLOSE_RANGE_UNSHARE */
	/* What keeps a thread in the kernel may keep it for long. */
	KERNEL_NS = 10 * 1000 * 1000,
	/* A thread that waits for a processor gets one eventually. */
	TURN_NS = 500 * 1000 * 1000,
	LATE_NS = 500 * 1000 * 1000,
	ROUNDS = 64, /* of new threads */
	YIELDS = 20,
	NAP_NS = 50 * 1000,
	HAS_CRASHED = 99,
};

static uint64_t
now_ns(void)
{
	struct timespec t = {0, 0};

	rawcall(SYS_clock_gettime, CLOCK_MONOTONIC, &t, 0, 0);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* ---- the requester ---- */

static void
await_stage(struct stopper *s, uint32_t wanted)
{
	uint32_t seen;

	while ((seen = __atomic_load_n(&s->stage, __ATOMIC_ACQUIRE)) < wanted)
		rawcall(SYS_futex, &s->stage, FUTEX_WAIT, seen, 0);
}

/* If the requester has given up meanwhile, that counts. */
static void
say_stopped(struct stopper *s)
{
	uint32_t expected = STOPPER_MAY_BEGIN;

	__atomic_compare_exchange_n(&s->stage, &expected, STOPPER_HAS_STOPPED,
				    false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
	rawcall(SYS_futex, &s->stage, FUTEX_WAKE, 1, 0);
}

static bool
is_called_off(const struct stopper *s)
{
	return __atomic_load_n(&s->stage, __ATOMIC_ACQUIRE) ==
	       STOPPER_MAY_LET_GO;
}

/* ---- one thread ---- */

static void
let_go(struct stopper_thread *t)
{
	rawcall(SYS_ptrace, PTRACE_DETACH, t->tid, 0, 0);
}

enum stop { NOT_YET, STOPPED, ENDED };

/* Has it stopped as asked?  Signals that it gets meanwhile are its own. */
static enum stop
look_for_stop(const struct stopper_thread *t)
{
	int status = 0;
	long got = rawcall(SYS_wait4, t->tid, &status, __WALL | WNOHANG, 0);

	if (got == 0 || got == -EINTR)
		return NOT_YET;
	if (got < 0 || !WIFSTOPPED(status))
		return ENDED;
	if (status >> 16 == PTRACE_EVENT_STOP)
		return STOPPED;
	rawcall(SYS_ptrace, PTRACE_CONT, t->tid, 0, WSTOPSIG(status));
	return NOT_YET;
}

static void
read_thread(struct stopper *s, struct stopper_thread *t)
{
	struct threadstate state;

	if (s->n_words + THREADSTATE_WORDS > s->words_room) {
		threadstate_mend(t->tid);
		t->how = STOPPER_BLIND;
		return;
	}
	if (!threadstate_read(t->tid, s->scratch, s->words + s->n_words,
			      &state)) {
		t->how = STOPPER_BLIND;
		return;
	}
	s->n_words += state.n_words;
	s->read[s->n_read++] = (struct source_thread){state.sp, state.storage};
	t->how = STOPPER_READ;
}

/* Is it to be given up? */
static bool
is_late(const struct stopper *s, const struct stopper_thread *t)
{
	uint64_t passed = now_ns() - t->since_ns;

	return passed > TURN_NS ||
	       (passed > KERNEL_NS && tasks_state(s->pid, t->tid) == 'D');
}

static void
nap(int round)
{
	struct timespec t = {0, NAP_NS};

	if (round < YIELDS)
		rawcall(SYS_sched_yield, 0, 0, 0, 0);
	else
		rawcall(SYS_nanosleep, &t, 0, 0, 0);
}

static void
await_stop(struct stopper *s, struct stopper_thread *t)
{
	int round;

	for (round = 0;; round++) {
		switch (look_for_stop(t)) {
		case STOPPED:
			read_thread(s, t);
			return;
		case ENDED:
			t->how = STOPPER_GONE;
			return;
		case NOT_YET:
			break;
		}
		if (is_late(s, t)) {
			t->how = STOPPER_LATE;
			return;
		}
		nap(round);
	}
}

/*
 * The thread was asked to stop, and may have left its system call for that: as
 * long as it only waits for a processor, wait for it, to repair and resume it.
 * A thread that stays in the kernel does not notice that this process exits.
 */
static void
await_late(struct stopper *s, struct stopper_thread *t)
{
	uint64_t until = now_ns() + LATE_NS;
	enum stop stop;
	int round = 0;

	while ((stop = look_for_stop(t)) == NOT_YET && now_ns() < until &&
	       tasks_state(s->pid, t->tid) != 'D')
		nap(round++);
	if (stop == STOPPED) {
		threadstate_mend(t->tid);
		let_go(t);
	}
}

/* ---- all of them ---- */

static bool
is_known(struct stopper *s, pid_t tid)
{
	size_t i;

	/* They are listed in the same order each time. */
	if (s->next < s->n && s->threads[s->next].tid == tid) {
		s->next++;
		return true;
	}
	for (i = 0; i < s->n; i++)
		if (s->threads[i].tid == tid) {
			s->next = i + 1;
			return true;
		}
	return false;
}

static void
seize(pid_t tid, void *ctx)
{
	struct stopper *s = ctx;
	struct stopper_thread *t;
	long error;

	if (tid == s->requester || is_known(s, tid))
		return;
	if (s->n == s->room) {
		s->n_over++;
		return;
	}
	if (tasks_is_moving(s->pid, tid)) {
		s->threads[s->n++] =
			(struct stopper_thread){tid, STOPPER_MOVING, now_ns()};
		return;
	}
	error = rawcall(SYS_ptrace, PTRACE_SEIZE, tid, 0, 0);
	if (error == -ESRCH)
		return;
	if (error) {
		char state = tasks_state(s->pid, tid);

		if (state == 'Z' || state == 'X')
			return; /* it has no registers any more */
	}
	t = &s->threads[s->n++];
	*t = (struct stopper_thread){tid, STOPPER_SEIZED, now_ns()};
	if (error) {
		t->how = STOPPER_REFUSED;
		s->error = (int)-error;
		return;
	}
	rawcall(SYS_ptrace, PTRACE_INTERRUPT, tid, 0, 0);
}

/* Until no new ones are made, by those that had not stopped yet. */
static void
stop_all(struct stopper *s)
{
	size_t first = 0, i;
	int round;

	s->began_ns = now_ns();
	for (round = 0; round < ROUNDS && !is_called_off(s); round++) {
		s->next = s->n_over = 0;
		if (!tasks_walk(s->pid, seize, s)) {
			s->n_over = 1;
			return;
		}
		if (s->n == first)
			return;
		for (i = first; i < s->n; i++)
			if (s->threads[i].how == STOPPER_SEIZED)
				await_stop(s, &s->threads[i]);
		first = s->n;
	}
	s->n_over = 1; /* and an unknown number of others */
}

static void
let_all_go(struct stopper *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->threads[i].how == STOPPER_READ ||
		    s->threads[i].how == STOPPER_BLIND)
			let_go(&s->threads[i]);
	s->ended_ns = now_ns();
	for (i = 0; i < s->n; i++)
		if (s->threads[i].how == STOPPER_LATE)
			await_late(s, &s->threads[i]);
}

/* ---- the process ---- */

static void
end_at_once(int signal_number)
{
	(void)signal_number;
	rawcall(SYS_exit_group, HAS_CRASHED, 0, 0, 0);
}

/* The kernel's struct sigaction. */
struct kernel_action {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(int);
	uint64_t mask;
};

/*
 * A fault here must not dump core: before Linux 5.16 that would kill all
 * processes that share the memory.  The handler never returns, so it needs no
 * way back; but the x86-64 kernel accepts none without (SA_RESTORER).
 */
static void
settle(void)
{
	static const int faults[] = {SIGSEGV, SIGBUS,  SIGILL, SIGFPE,
				     SIGSYS,  SIGTRAP, SIGABRT};
	struct kernel_action a = {end_at_once, 0x04000000, end_at_once, 0};
	uint64_t mask = ~(uint64_t)0;
	size_t i;

	for (i = 0; i < sizeof faults / sizeof *faults; i++) {
		rawcall(SYS_rt_sigaction, faults[i], &a, 0, sizeof mask);
		mask &= ~((uint64_t)1 << (faults[i] - 1));
	}
	rawcall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, 0, sizeof mask);
	rawcall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0);
	rawcall(SYS_prctl, PR_SET_NAME, "leakshim", 0, 0);
	/* A table of its own, with nothing in it. */
	if (rawcall(SYS_close_range, 0, ~0U, CLOSE_RANGE_OWN, 0) != 0)
		rawcall(SYS_unshare, CLONE_FILES, 0, 0, 0);
}

int
stopper_run(void *ctx)
{
	struct stopper *s = ctx;

	settle();
	/* It may have died before its death was a signal. */
	if (rawcall(SYS_getppid, 0, 0, 0, 0) != s->pid)
		rawcall(SYS_exit_group, 0, 0, 0, 0);
	await_stage(s, STOPPER_MAY_BEGIN);
	stop_all(s);
	say_stopped(s);
	await_stage(s, STOPPER_MAY_LET_GO);
	let_all_go(s);
	rawcall(SYS_exit_group, 0, 0, 0, 0);
	return 0;
}

static void
ignore(pid_t tid, void *ctx)
{
	(void)tid;
	(void)ctx;
}

void
stopper_rehearse(void)
{
	pid_t self = (pid_t)rawcall(SYS_getpid, 0, 0, 0, 0);
	static const int requests[] = {PTRACE_SEIZE,     PTRACE_INTERRUPT,
				       PTRACE_GETREGSET, PTRACE_SETREGSET,
				       PTRACE_CONT,      PTRACE_DETACH};
	struct stopper_thread nobody = {.tid = self};
	uint32_t word = 0;
	size_t i;

	settle();
	rawcall(SYS_getppid, 0, 0, 0, 0);
	/* No process may trace itself, and this one traces none. */
	for (i = 0; i < sizeof requests / sizeof *requests; i++)
		rawcall(SYS_ptrace, requests[i], self, 0, 0);
	rawcall(SYS_prctl, PR_SET_PTRACER, 0, 0, 0);
	rawcall(SYS_futex, &word, FUTEX_WAKE, 1, 0);
	look_for_stop(&nobody);
	tasks_walk(self, ignore, NULL);
	tasks_state(self, self);
	tasks_is_moving(self, self);
	now_ns();
	nap(0);
	nap(YIELDS);
}
