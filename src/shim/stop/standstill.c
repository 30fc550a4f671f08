#include "config.h"

#include "shim/stop/standstill.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analysis/base/source.h"
#include "common/ownmap.h"
#include "python/interpreters.h"
#include "shim/base/clone.h"
#include "shim/stop/ownstatus.h"
#include "shim/stop/ptracer.h"
#include "shim/stop/stopper.h"

enum {
	STACK_BYTES = 64 << 10,
	MORE_THREADS = 64, /* made meanwhile */
	MASK_BYTES = 8,    /* of the kernel's signal sets */
};

/* Only longer if something is broken: it has limits of its own. */
#define PATIENCE_NS (5ULL * 1000 * 1000 * 1000)

/* The helper's memory: its stack below, then struct stopper and its arrays. */
static struct {
	char *memory;
	size_t bytes;
	struct stopper *stopper;
	pid_t helper;
	bool has_blocked, is_permitted;
	uint64_t mask; /* the requester's blocked signals, before */
} now;

/* Each thread is a directory in it, so its link count is theirs plus two. */
static size_t
count_others(void)
{
	struct stat s;

	if (syscall(SYS_newfstatat, AT_FDCWD, "/proc/self/task", &s, 0) != 0)
		return interpreters_threads() - 1;
	return s.st_nlink > 3 ? s.st_nlink - 3 : 0;
}

static void
leave_unread(struct source *s, size_t others, const char *why)
{
	s->n_unread = others;
	s->why_unread = others ? why : NULL;
}

void
standstill_omit(struct source *s, const char *why)
{
	int saved = errno;

	leave_unread(s, count_others(), why);
	errno = saved;
}

/* ---- may it be tried? ---- */

/*
 * A process of its own that shares our memory; and our descriptors until it has
 * a table without any.  No exit signal: the program's wait(2) does not see it.
 */
enum { HELPER_FLAGS = CLONE_VM | CLONE_FILES | CLONE_UNTRACED };

static int
do_nothing(void *unused)
{
	(void)unused;
	return 0;
}

/* Also that a helper is started and waited for. */
static void
rehearse(void *unused)
{
	char *stack = ownmap_reserve(STACK_BYTES);
	int status;
	pid_t pid;

	(void)unused;
	if (stack) {
		pid = clone(do_nothing, stack + STACK_BYTES, HELPER_FLAGS,
			    NULL);
		if (pid > 0)
			waitpid(pid, &status, __WALL);
	}
	stopper_rehearse();
}

/*
 * A seccomp filter that kills for what the helper does.  Before Linux 5.16 the
 * program might die with it, since they share their memory: so another process
 * tries first, once for each set of filters.
 */
static bool
filter_kills(void)
{
	static long rehearsed_with = -1; /* their number; none yet */
	static bool kills;
	const char *why;
	int status = 0;
	long filters;
	pid_t pid;

	if (ownstatus_number("Seccomp") != 2)
		return false;
	filters = ownstatus_number("Seccomp_filters");
	/* Before Linux 5.9 the number is not known, so it may be another. */
	if (filters >= 0 && filters == rehearsed_with)
		return kills;
	pid = clone_start(rehearse, NULL, &why);
	if (pid < 0)
		return true;
	while (waitpid(pid, &status, __WALL) < 0 && errno == EINTR)
		;
	rehearsed_with = filters;
	kills = status != 0;
	return kills;
}

static const char *
why_not(void)
{
	if (!threadstate_is_known)
		return "registers of other threads are not read on this "
		       "processor";
	if (ownstatus_pid() != getpid())
		return "/proc is another PID namespace's";
	if (filter_kills())
		return "a seccomp filter kills for ptrace(2)";
	return NULL;
}

/* ---- the helper ---- */

static size_t
round_up(size_t n)
{
	return (n + 63) & ~(size_t)63;
}

static bool
make_room(size_t others)
{
	size_t n = others + others / 4 + MORE_THREADS;
	size_t job = round_up(sizeof(struct stopper));
	size_t threads = round_up(n * sizeof(struct stopper_thread));
	size_t read = round_up(n * sizeof(struct source_thread));
	size_t words = n * THREADSTATE_USUAL_WORDS + THREADSTATE_WORDS;
	char *p;

	now.bytes =
		STACK_BYTES + job + threads + read + words * sizeof(uintptr_t);
	now.memory = ownmap_reserve(now.bytes);
	if (!now.memory)
		return false;
	p = now.memory + STACK_BYTES;
	now.stopper = (struct stopper *)(void *)p;
	now.stopper->threads = (void *)(p + job);
	now.stopper->read = (void *)(p + job + threads);
	now.stopper->words = (void *)(p + job + threads + read);
	now.stopper->room = n;
	now.stopper->words_room = words;
	now.stopper->pid = getpid();
	now.stopper->requester = (pid_t)syscall(SYS_gettid);
	return true;
}

static void
drop_room(void)
{
	ownunmap(now.memory, now.bytes);
	now.memory = NULL;
	now.stopper = NULL;
}

/* glibc's sigprocmask() leaves out two signals of its own. */
static void
block_signals(void)
{
	uint64_t all = ~(uint64_t)0;

	now.has_blocked = syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all,
				  &now.mask, MASK_BYTES) == 0;
}

static void
unblock_signals(void)
{
	if (now.has_blocked)
		syscall(SYS_rt_sigprocmask, SIG_SETMASK, &now.mask, NULL,
			MASK_BYTES);
	now.has_blocked = false;
}

static bool
start_helper(void)
{
	now.helper = clone(stopper_run, now.memory + STACK_BYTES, HELPER_FLAGS,
			   now.stopper);
	return now.helper > 0;
}

static void
tell_helper(uint32_t stage)
{
	__atomic_store_n(&now.stopper->stage, stage, __ATOMIC_RELEASE);
	clone_wake(&now.stopper->stage);
}

/*
 * True: all threads that can be stopped have been. False: the helper is gone.
 */
static bool
await_helper(void)
{
	int status;

	switch (clone_wait(now.helper, &now.stopper->stage, STOPPER_HAS_STOPPED,
			   clone_now_ns() + PATIENCE_NS, &status)) {
	case CLONE_REACHED:
		return true;
	case CLONE_LATE:
		/* Where it may not be killed, it is waited for. */
		tell_helper(STOPPER_MAY_LET_GO);
		clone_reap(now.helper);
		break;
	case CLONE_DEAD:
		break;
	}
	now.helper = 0;
	return false;
}

/* ---- what it has found ---- */

static const char *
why_refused(int error)
{
	if (error != EPERM && error != EACCES)
		return "ptrace(2) does not work here";
	if (ownstatus_number("TracerPid") > 0)
		return "a debugger or strace(1) traces the process";
	return "ptrace(2) is not permitted here (a seccomp filter, "
	       "kernel.yama.ptrace_scope, or the process is not dumpable)";
}

static void
take_over(struct source *s, size_t others)
{
	const struct stopper *all = now.stopper;
	size_t i, n_late = 0, n_moving = 0, n_unread = all->n_over;

	for (i = 0; i < all->n; i++) {
		n_late += all->threads[i].how == STOPPER_LATE;
		n_moving += all->threads[i].how == STOPPER_MOVING;
		n_unread += all->threads[i].how != STOPPER_READ &&
			    all->threads[i].how != STOPPER_GONE;
	}
	/* Not even listed. */
	if (!all->n && all->n_over)
		n_unread = others;
	s->threads = all->read;
	s->n_threads = all->n_read;
	s->registers = all->words;
	s->n_registers = all->n_words;
	s->n_unread = n_unread;
	s->why_unread = !n_unread  ? NULL :
			all->error ? why_refused(all->error) :
			n_late   ? "they were in the kernel (vfork(2), a slow "
				   "disk) and did not stop" :
			n_moving ? "they were in a system call that moves "
				   "much data, which a stop would cut short" :
				   "there are too many of them";
}

static void
end_helper(void)
{
	int status;

	if (now.helper > 0) {
		tell_helper(STOPPER_MAY_LET_GO);
		while (waitpid(now.helper, &status, __WALL) < 0 &&
		       errno == EINTR)
			;
	}
	now.helper = 0;
	if (now.is_permitted)
		ptracer_withdraw();
	now.is_permitted = false;
}

/* NULL, or why nothing is known. */
static const char *
try_to_stop(size_t others, bool needs_permission)
{
	if (!make_room(others))
		return "no memory for their registers";
	if (!start_helper())
		return "no helper process can be started";
	now.is_permitted = needs_permission && ptracer_permit(now.helper);
	tell_helper(STOPPER_MAY_BEGIN);
	return await_helper() ? NULL : "the helper that reads them was killed";
}

static bool
is_refused(void)
{
	return now.stopper->error == EPERM && !now.stopper->n_read;
}

/*
 * Permission is given only where it was missing (ptracer.h); from then on at
 * once, for the kernel logs each refusal.
 */
static const char *
stop_others(size_t others)
{
	static bool needs_permission;
	const char *why = try_to_stop(others, needs_permission);

	if (why || needs_permission || !is_refused())
		return why;
	end_helper();
	drop_room();
	why = try_to_stop(others, true);
	needs_permission = !why && now.is_permitted && !is_refused();
	return why;
}

void
standstill_begin(struct source *s)
{
	int saved = errno;
	size_t others = count_others();
	const char *why = others ? why_not() : NULL;

	standstill_forget();
	if (!others || why) {
		leave_unread(s, others, why);
		errno = saved;
		return;
	}
	block_signals();
	why = stop_others(others);
	if (why) {
		end_helper();
		leave_unread(s, others, why);
	} else {
		take_over(s, others);
	}
	errno = saved;
}

void
standstill_end(void)
{
	int saved = errno;

	end_helper();
	unblock_signals();
	errno = saved;
}

void
standstill_forget(void)
{
	drop_room();
	now.helper = 0;
	now.is_permitted = false;
	/* Of a thread that a fork in between has left behind. */
	now.has_blocked = false;
}
