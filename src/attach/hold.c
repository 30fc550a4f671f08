#include "config.h"

#include "attach/hold.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef PTRACE_O_SUSPEND_SECCOMP
#define PTRACE_O_SUSPEND_SECCOMP (1 << 21)
#endif

enum { CALL_STOP = SIGTRAP | 0x80, POLL_US = 20 };

uint64_t
hold_now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

int
hold_seize(pid_t tid, bool suspend_seccomp)
{
	uintptr_t options = PTRACE_O_TRACESYSGOOD;

	if (suspend_seccomp)
		options |= PTRACE_O_SUSPEND_SECCOMP;
	return ptrace(PTRACE_SEIZE, tid, NULL, (void *)options) == 0 ? 0 :
								       errno;
}

bool
hold_interrupt(pid_t tid)
{
	return ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) == 0;
}

static enum hold_event
event_of(int status, int *signal_number)
{
	*signal_number = 0;
	if (!WIFSTOPPED(status))
		return HOLD_GONE;
	if (status >> 16 == PTRACE_EVENT_STOP)
		return WSTOPSIG(status) == SIGTRAP ? HOLD_STOPPED : HOLD_GROUP;
	*signal_number = WSTOPSIG(status);
	switch (WSTOPSIG(status)) {
	case CALL_STOP:
		return HOLD_SYSTEM_CALL;
	case SIGTRAP:
		return HOLD_TRAP;
	case SIGSEGV:
	case SIGBUS:
	case SIGILL:
	case SIGFPE:
	case SIGABRT:
	case SIGSYS:
		return HOLD_FAULT;
	default:
		return HOLD_SIGNAL;
	}
}

enum hold_event
hold_wait(pid_t tid, unsigned milliseconds, int *signal_number)
{
	uint64_t until = hold_now_us() + (uint64_t)milliseconds * 1000;
	int status;

	for (;;) {
		pid_t got = waitpid(tid, &status, __WALL | WNOHANG);

		if (got == tid)
			return event_of(status, signal_number);
		if (got < 0 && errno != EINTR)
			return HOLD_GONE;
		if (hold_now_us() > until)
			return HOLD_LATE;
		usleep(POLL_US);
	}
}

enum hold_event
hold_await_stop(pid_t tid, unsigned milliseconds)
{
	uint64_t until = hold_now_us() + (uint64_t)milliseconds * 1000;
	enum hold_event event;
	int signal_number;

	for (;;) {
		event = hold_wait(tid, milliseconds, &signal_number);
		if (event == HOLD_STOPPED || event == HOLD_GROUP ||
		    event == HOLD_LATE || event == HOLD_GONE)
			return event;
		/* Its own signal comes first; our stop is still pending. */
		hold_continue(tid,
			      event == HOLD_SYSTEM_CALL ? 0 : signal_number);
		if (hold_now_us() > until)
			return HOLD_LATE;
	}
}

bool
hold_continue(pid_t tid, int signal_number)
{
	return ptrace(PTRACE_CONT, tid, NULL,
		      (void *)(intptr_t)signal_number) == 0;
}

bool
hold_continue_to_call(pid_t tid, int signal_number)
{
	return ptrace(PTRACE_SYSCALL, tid, NULL,
		      (void *)(intptr_t)signal_number) == 0;
}

void
hold_release(pid_t tid)
{
	ptrace(PTRACE_DETACH, tid, NULL, NULL);
}
