#include "config.h"

#include "attach/borrow.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "attach/hold.h"
#include "attach/program.h"
#include "attach/safepoint.h"
#include "attach/seccomp.h"
#include "common/restart.h"

enum {
	MOST_THREADS = 4096,
	STOP_MS = 5000, /* it may be in the kernel, not to be disturbed */
	RUN_OUT_MS = 20,
	/*
	 * Tries: most threads get there by themselves, in a moment or in a
	 * second; killed with the breakpoint in place, we would leave a trap to
	 * die of.
	 */
	RUN_OUT_AFTER = 300,
	CALL_MS = 2000,
	NAP_US = 200,
	MORE_NAP_US = 1800,
};

/* ---- our own signals ---- */

static void
block_signals(struct borrowed *b)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &b->signals);
}

static void
unblock_signals(struct borrowed *b)
{
	sigprocmask(SIG_SETMASK, &b->signals, NULL);
}

/* ---- stopping ---- */

static void
give_back(struct borrowed *b)
{
	hold_release(b->tid);
	if (b->must_stop)
		kill(b->program->facts.pid, SIGSTOP);
	b->must_stop = false;
}

/* Release the thread in the state in which it stopped. */
static void
put_back(struct borrowed *b)
{
	safepoint_mend(&b->state);
	processor_restore(b->tid, &b->state);
	give_back(b);
}

/* Stop it again, where it can stay: if we die now, nothing happens. */
static bool
settle(pid_t tid)
{
	enum hold_event event;

	hold_interrupt(tid);
	hold_continue(tid, 0);
	event = hold_await_stop(tid, STOP_MS);
	return event == HOLD_STOPPED || event == HOLD_GROUP;
}

static bool
has_pending_trap(const struct borrowed *b)
{
	char name[64], text[8192];
	const char *line;

	snprintf(name, sizeof name, "task/%d/status", (int)b->tid);
	if (remote_file(b->program->facts.pid, name, text, sizeof text) <= 0)
		return false;
	line = strstr(text, "\nSigPnd:");
	return line && strtoull(line + 8, NULL, 16) >> (SIGTRAP - 1) & 1;
}

/*
 * Let it run until it returns into code of its own, a moment at most.  False:
 * it is gone.
 */
static bool
run_out(struct borrowed *b)
{
	uint64_t address = safepoint_return(b->program, &b->state), until;
	enum hold_event event;
	bool was_asked = false;
	int signal_number;

	if (!address || !processor_break_at(b->tid, address))
		return true;
	hold_continue(b->tid, 0);
	until = hold_now_us() + RUN_OUT_MS * 1000;
	for (;;) {
		event = hold_wait(b->tid, was_asked ? STOP_MS : RUN_OUT_MS,
				  &signal_number);
		if (event == HOLD_TRAP || event == HOLD_STOPPED ||
		    event == HOLD_GONE || (event == HOLD_LATE && was_asked))
			break;
		if (event == HOLD_GROUP)
			break;
		if (event != HOLD_LATE)
			hold_continue(b->tid, signal_number);
		if (!was_asked && (event == HOLD_LATE || hold_now_us() > until))
			was_asked = hold_interrupt(b->tid);
	}
	if (event == HOLD_GONE || event == HOLD_LATE)
		return false;
	if (!processor_break_at(b->tid, 0))
		return false;
	/* Both at once: the program must not get our trap. */
	if (event != HOLD_TRAP && has_pending_trap(b)) {
		hold_continue(b->tid, 0);
		event = hold_wait(b->tid, STOP_MS, &signal_number);
	}
	if (event == HOLD_TRAP && !settle(b->tid))
		return false;
	return processor_save(b->tid, &b->state);
}

static bool
is_wanted(enum safepoint s, enum borrow_choice choice)
{
	return s == SAFEPOINT_WAITING ||
	       (s == SAFEPOINT_RUNNING && choice == BORROW_ANY);
}

/*
 * The new thread inherits this mask: the program's signals are for its own
 * threads.  Synchronous signals stay unblocked: if one is raised while blocked,
 * the kernel resets its handler.
 */
static bool
block_in_target(pid_t tid)
{
	static const int own[] = {SIGTRAP, SIGSEGV, SIGBUS, SIGILL,
				  SIGFPE,  SIGABRT, SIGSYS};
	uint64_t mask = ~(uint64_t)0;
	size_t i;

	for (i = 0; i < sizeof own / sizeof *own; i++)
		mask &= ~((uint64_t)1 << (own[i] - 1));
	return ptrace(PTRACE_SETSIGMASK, tid, (void *)sizeof mask, &mask) == 0;
}

/*
 * As for a signal: on its stack, below what a leaf function may use.  False:
 * the stack is not as expected.
 */
static bool
prepare_way_back(struct borrowed *b)
{
	enum { RED_ZONE = 128, ALIGNMENT = 64 };
	static unsigned char frame[PROCESSOR_FRAME_BYTES];
	const struct remote *memory = &b->program->memory;
	uint64_t sp = processor_sp(&b->state);
	uint64_t at =
		(sp - RED_ZONE - sizeof frame) & ~(uint64_t)(ALIGNMENT - 1);
	uint64_t back = b->program->landmarks.signal_return;
	size_t n = processor_frame(&b->state, at, frame);

	b->code = 0;
	b->frame = b->on_stack = at;
	return n && remote_write(memory, at, frame, n) &&
	       remote_write(memory, at - sizeof back, &back, sizeof back);
}

/* Otherwise it would be taken for a signal handler's, next time. */
static void
forget_way_back(const struct borrowed *b)
{
	static const uint64_t none;

	if (b->on_stack)
		remote_write(&b->program->memory, b->on_stack - sizeof none,
			     &none, sizeof none);
}

/* Stop thread b->tid; true: it is at a safe point, and held. */
static bool
try_thread(struct borrowed *b, enum borrow_choice choice, const char **why)
{
	enum hold_event event;
	enum safepoint s;

	hold_interrupt(b->tid);
	event = hold_await_stop(b->tid, STOP_MS);
	*why = event == HOLD_GROUP ? "it is stopped" :
	       event == HOLD_LATE  ? "it is in the kernel and cannot be "
				     "stopped" :
				     "its threads start and end too quickly: "
				     "try again";
	if (event == HOLD_GONE)
		return false;
	if (event != HOLD_STOPPED || !processor_save(b->tid, &b->state)) {
		give_back(b);
		return false;
	}
	s = safepoint_classify(b->program, b->tid, &b->state, why);
	if (s == SAFEPOINT_LIBRARY && choice == BORROW_ANY &&
	    b->tries > RUN_OUT_AFTER) {
		if (!run_out(b)) {
			give_back(b);
			return false;
		}
		s = safepoint_classify(b->program, b->tid, &b->state, why);
	}
	if (is_wanted(s, choice))
		return true;
	put_back(b);
	return false;
}

static const char *
seize_problem(const struct program *p, int error)
{
	if (error == EPERM && p->facts.seccomp == 2)
		return "its seccomp filter might kill it for what attaching "
		       "does: run as root, so that the filter can be suspended";
	if (error == EPERM)
		return "the kernel does not permit tracing it (another tracer, "
		       "or a security module)";
	return strerror(error);
}

static pid_t
choose(const struct program *p, enum borrow_choice choice, unsigned try)
{
	static pid_t threads[MOST_THREADS];
	size_t n;

	/* The main thread waits more often than the others. */
	if (choice == BORROW_MAIN || try % 2 == 0)
		return p->facts.pid;
	n = remote_threads(p->facts.pid, threads, MOST_THREADS);
	return n ? threads[try / 2 % n] : p->facts.pid;
}

static void
nap(unsigned try)
{
	usleep(NAP_US + try * 7919 % MORE_NAP_US);
}

static bool
is_moving(const struct borrowed *b)
{
	char name[64], text[256];

	snprintf(name, sizeof name, "task/%d/syscall", (int)b->tid);
	return remote_file(b->program->facts.pid, name, text, sizeof text) >
		       0 &&
	       restart_would_cut(text);
}

bool
borrow_thread(struct borrowed *b, struct program *p, enum borrow_choice choice,
	      unsigned milliseconds, char why[REFUSAL_BYTES])
{
	uint64_t until = hold_now_us() + (uint64_t)milliseconds * 1000;
	const char *reason = "its threads start and end too quickly: try again";

	*b = (struct borrowed){.program = p};
	do {
		int error;

		b->tid = choose(p, choice, b->tries++);
		if (is_moving(b)) {
			reason = "it is in a system call that moves much data, "
				 "which a stop would cut short";
			nap(b->tries);
			continue;
		}
		block_signals(b);
		error = hold_seize(b->tid, p->facts.seccomp == 2);
		if (!error && try_thread(b, choice, &reason)) {
			const char *problem = p->facts.seccomp == 2 ?
						      seccomp_problem(b->tid) :
						      NULL;

			safepoint_mend(&b->state);
			if (!problem && !prepare_way_back(b))
				problem = "its stack has no room left";
			if (!problem)
				return true;
			put_back(b);
			unblock_signals(b);
			return refusal_put(why, problem, NULL);
		}
		unblock_signals(b);
		if (error == ESRCH && b->tid == p->facts.pid)
			return refusal_put(why, "it has ended", NULL);
		if (error && error != ESRCH)
			return refusal_put(why, seize_problem(p, error), NULL);
		nap(b->tries);
	} while (hold_now_us() < until);
	return refusal_put(why, "none of its threads reached a safe point",
			   reason);
}

/* ---- using it ---- */

/* It stopped while working for us: true to go on. */
static bool
take_signal(struct borrowed *b, enum hold_event event, int signal_number)
{
	if (event == HOLD_GONE) {
		b->has_ended = true;
		return false;
	}
	/*
	 * Only what cannot be blocked arrives: let it take effect when we are
	 * done.
	 */
	if (event == HOLD_SIGNAL && signal_number == SIGSTOP)
		b->must_stop = true;
	return event == HOLD_SIGNAL || event == HOLD_GROUP ||
	       event == HOLD_STOPPED || event == HOLD_TRAP;
}

/* Until it enters or leaves the system call. */
static bool
await_call(struct borrowed *b)
{
	enum hold_event event;
	int signal_number;

	if (!hold_continue_to_call(b->tid, 0))
		return false;
	for (;;) {
		event = hold_wait(b->tid, CALL_MS, &signal_number);
		if (event == HOLD_SYSTEM_CALL)
			return true;
		if (event == HOLD_LATE)
			continue; /* a machine under load: it cannot wait */
		if (!take_signal(b, event, signal_number) ||
		    !hold_continue_to_call(b->tid, 0))
			return false;
	}
}

/*
 * Not by single steps: if we die while a thread is stopped after one, it dies
 * of a SIGTRAP.
 */
long
borrow_call(struct borrowed *b, long number, const uint64_t arguments[6])
{
	uint64_t instruction = b->program->landmarks.system_call;
	struct processor_stub stub;
	bool ok;
	long value;

	processor_get_stub(&stub);
	if (b->code)
		instruction = b->code + stub.system_call;
	if (b->has_ended || !block_in_target(b->tid) ||
	    !processor_set_call(b->tid, &b->state, instruction, b->frame,
				number, arguments))
		return -ESRCH;
	ok = await_call(b) && await_call(b) && processor_result(b->tid, &value);
	ok = settle(b->tid) && ok;
	return processor_restore(b->tid, &b->state) && ok ? value : -ESRCH;
}

bool
borrow_renew(struct borrowed *b)
{
	return !b->has_ended && prepare_way_back(b);
}

enum borrow_result
borrow_run(struct borrowed *b, uint64_t function, uint64_t argument,
	   uint64_t stack)
{
	uint64_t until = hold_now_us() + (uint64_t)CALL_MS * 1000;
	struct processor_stub stub;
	enum hold_event event;
	int signal_number;

	processor_get_stub(&stub);
	if (!block_in_target(b->tid) ||
	    !processor_call(b->tid, &b->state, b->code + stub.call, function,
			    argument, stack, b->frame))
		return BORROW_CRASHED;
	hold_continue_to_call(b->tid, 0);
	for (;;) {
		event = hold_wait(b->tid, 100, &signal_number);
		if (event == HOLD_SYSTEM_CALL &&
		    processor_is_returning(b->tid, b->code + stub.after_return))
			return settle(b->tid) ? BORROW_RETURNED :
						BORROW_CRASHED;
		if (event == HOLD_LATE && hold_now_us() < until)
			continue;
		if (event == HOLD_LATE)
			break;
		if (event != HOLD_SYSTEM_CALL &&
		    !take_signal(b, event, signal_number))
			return BORROW_CRASHED;
		hold_continue_to_call(b->tid, 0);
	}
	/* It waits for a lock.  When it is resumed, it must not be moved. */
	hold_interrupt(b->tid);
	hold_await_stop(b->tid, STOP_MS);
	forget_way_back(b);
	give_back(b);
	unblock_signals(b);
	return BORROW_STUCK;
}

void
borrow_end(struct borrowed *b)
{
	if (!b->has_ended) {
		forget_way_back(b);
		processor_restore(b->tid, &b->state);
		give_back(b);
	}
	unblock_signals(b);
}
