#include "config.h"

#include "shim/base/clone.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/sandbox.h"
#include "shim/base/channel.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

/* For a clone to end by itself, once it has been told to. */
#define SANDBOX_NS (3ULL * 1000 * 1000 * 1000)

uint64_t
clone_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Not FUTEX_PRIVATE: the words are in memory that two processes share. */
static void
futex_wait(volatile uint32_t *word, uint32_t value, uint64_t ns)
{
	struct timespec t = {(time_t)(ns / 1000000000),
			     (long)(ns % 1000000000)};

	syscall(SYS_futex, word, FUTEX_WAIT, value, &t, NULL, 0);
}

void
clone_wake(volatile uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void
close_from(unsigned first)
{
	unsigned fd;

	if (syscall(SYS_close_range, first, ~0U, 0) == 0)
		return;
	for (fd = first; fd < 4096; fd++)
		syscall(SYS_close, fd); /* kernels before 5.9 */
}

static void
set_oom_first(void)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/oom_score_adj",
			      O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	syscall(SYS_write, fd, "1000", 4);
	syscall(SYS_close, fd);
}

/* Soft limits are meant for the program; for the clone the hard ones apply. */
static void
raise_limits(void)
{
	static const int resources[] = {RLIMIT_AS, RLIMIT_DATA, RLIMIT_FSIZE,
					RLIMIT_NOFILE};
	struct rlimit limit;
	size_t i;

	for (i = 0; i < sizeof resources / sizeof *resources; i++) {
		if (getrlimit((__rlimit_resource_t)resources[i], &limit) != 0)
			continue;
		limit.rlim_cur = limit.rlim_max;
		setrlimit((__rlimit_resource_t)resources[i], &limit);
	}
}

static unsigned cpu_seconds;

void
clone_limit(unsigned seconds)
{
	cpu_seconds = seconds;
}

/* SIGXCPU is blocked; the hard limit sends SIGKILL. */
static void
limit_time(void)
{
	struct rlimit limit;

	if (!cpu_seconds || getrlimit(RLIMIT_CPU, &limit) != 0)
		return;
	if (limit.rlim_max > cpu_seconds)
		limit.rlim_max = cpu_seconds;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_CPU, &limit);
}

static void
settle_in_child(void)
{
	static const int faults[] = {SIGSEGV, SIGBUS,  SIGILL,
				     SIGFPE,  SIGABRT, SIGSYS};
	struct rlimit no_core = {0, 0};
	size_t i;

	/*
	 * The program's handlers (faulthandler's, say) are not for the clone.
	 */
	for (i = 0; i < sizeof faults / sizeof *faults; i++)
		signal(faults[i], SIG_DFL);
	setrlimit(RLIMIT_CORE, &no_core);
	raise_limits();
	limit_time();
	/* A name is not worth the clone's life. */
	if (!sandbox_is_possible())
		prctl(PR_SET_NAME, "leakshim", 0, 0, 0);
	set_oom_first();
	close_from(channel_cloned(3));
}

void
clone_step_back(void)
{
	enum { NICE = 10 };

	setpriority(PRIO_PROCESS, 0, NICE);
}

static const char *
why_no_clone(int error)
{
	return error == EAGAIN ?
		       "no process can be started (RLIMIT_NPROC or the "
		       "container's limit): raise it, or set isolate=0" :
	       error == ENOMEM ?
		       "no memory for a copy of the process (overcommit or a "
		       "memory limit): raise it, or set isolate=0" :
		       "the process cannot be cloned here (seccomp?): set "
		       "isolate=0";
}

struct start {
	void (*child)(void *ctx);
	void *ctx;
};

static int
run_child(void *start)
{
	const struct start *s = start;

	settle_in_child();
	s->child(s->ctx);
	syscall(SYS_exit_group, 0);
	__builtin_unreachable();
}

/* stack: NULL for the caller's own. */
static pid_t
start_child(char *stack, size_t bytes, struct start *s, const char **why)
{
	sigset_t all, before;
	int saved = errno;
	long pid;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	/* All zero: a copy of memory and descriptors, and exit signal 0. */
	pid = stack ? clone(run_child, stack + bytes, 0, s) :
		      syscall(SYS_clone, 0UL, 0UL, 0UL, 0UL, 0UL);
	if (pid == 0)
		run_child(s);
	if (pid < 0)
		*why = why_no_clone(errno);
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = saved;
	return (pid_t)pid;
}

pid_t
clone_start(void (*child)(void *ctx), void *ctx, const char **why)
{
	struct start s = {child, ctx};

	return start_child(NULL, 0, &s, why);
}

pid_t
clone_start_on(void *stack, size_t bytes, void (*child)(void *ctx), void *ctx,
	       const char **why)
{
	struct start s = {child, ctx};

	return start_child(stack, bytes, &s, why);
}

bool
clone_has_ended(pid_t pid)
{
	int saved = errno;
	siginfo_t info = {.si_pid = 0};
	/* A child that does not exist has ended, too. */
	bool ended = waitid(P_PID, (id_t)pid, &info,
			    WEXITED | WNOHANG | WNOWAIT | __WALL) != 0 ||
		     info.si_pid == pid;

	errno = saved;
	return ended;
}

bool
clone_has(volatile uint32_t *stage, uint32_t wanted)
{
	uint32_t seen = __atomic_load_n(stage, __ATOMIC_ACQUIRE);

	if (seen < wanted) {
		futex_wait(stage, seen, 20 * 1000 * 1000);
		seen = __atomic_load_n(stage, __ATOMIC_ACQUIRE);
	}
	return seen >= wanted;
}

enum clone_state
clone_wait(pid_t pid, volatile uint32_t *stage, uint32_t wanted,
	   uint64_t until_ns, int *status)
{
	int saved = errno;
	enum clone_state state = CLONE_REACHED;

	for (;;) {
		uint32_t seen = __atomic_load_n(stage, __ATOMIC_ACQUIRE);
		uint64_t now = clone_now_ns();

		if (seen >= wanted)
			break;
		if (waitpid(pid, status, WNOHANG | __WALL) == pid) {
			/* It may have got there and exited since we looked. */
			seen = __atomic_load_n(stage, __ATOMIC_ACQUIRE);
			state = CLONE_DEAD;
			break;
		}
		if (now >= until_ns) {
			state = CLONE_LATE;
			break;
		}
		/* In short intervals, because a death wakes no waiter. */
		futex_wait(stage, seen, 20 * 1000 * 1000);
	}
	errno = saved;
	return state;
}

/* Has it gone, by then? */
static bool
await_end(pid_t pid, uint64_t until_ns)
{
	uint32_t nothing = 0;
	int status;

	do {
		pid_t got = waitpid(pid, &status, WNOHANG | __WALL);

		if (got == pid || (got < 0 && errno != EINTR))
			return true;
		futex_wait(&nothing, 0, 500 * 1000);
	} while (clone_now_ns() < until_ns);
	return false;
}

static void
wait_for_end(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, __WALL) < 0 && errno == EINTR)
		;
}

static void
kill_it(void *pid)
{
	syscall(SYS_kill, *(const pid_t *)pid, SIGKILL);
}

/*
 * It exits by itself, unless it waits for something: the reader of a pipe, a
 * disk.  A filter that kills for kill(2) then kills a process that does nothing
 * else.
 */
static void
end_in_sandbox(pid_t pid)
{
	const char *why;
	pid_t other;

	if (await_end(pid, clone_now_ns() + SANDBOX_NS))
		return;
	other = clone_start(kill_it, &pid, &why);
	if (other > 0)
		wait_for_end(other);
	/* It may have been killed for that; then ours goes when it can. */
	await_end(pid, clone_now_ns() + SANDBOX_NS);
}

void
clone_reap(pid_t pid)
{
	int saved = errno, status;

	if (waitpid(pid, &status, WNOHANG | __WALL) != pid) {
		if (sandbox_is_possible()) {
			end_in_sandbox(pid);
		} else {
			syscall(SYS_kill, pid, SIGKILL);
			wait_for_end(pid);
		}
	}
	errno = saved;
}

bool
clone_wait_for_order(volatile uint32_t *order, pid_t parent)
{
	while (!__atomic_load_n(order, __ATOMIC_ACQUIRE)) {
		if ((pid_t)syscall(SYS_getppid) != parent)
			return false;
		futex_wait(order, 0, 200 * 1000 * 1000);
	}
	return true;
}
