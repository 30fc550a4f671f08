#include "config.h"

#include "shim/base/clone.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

#define SECOND ((uint64_t)1000 * 1000 * 1000)

enum { LONG_SECONDS = 300, STAGE = 7 };

/* What both processes see. */
static struct shared {
	volatile uint32_t stage, order;
	bool has_open_file, has_signals, has_core, was_told;
	uintptr_t stack; /* an address on the child's */
	rlim_t cpu_seconds;
} * shared;

static int private_word;
static int extra_fd;
static volatile sig_atomic_t n_signals;

static void
count_signal(int number)
{
	(void)number;
	n_signals++;
}

static uint64_t
in_seconds(unsigned n)
{
	return clone_now_ns() + n * SECOND;
}

static void
reach(uint32_t stage)
{
	__atomic_store_n(&shared->stage, stage, __ATOMIC_RELEASE);
	clone_wake(&shared->stage);
}

static void
look_around(void *ctx)
{
	struct rlimit limit;
	sigset_t blocked;

	shared->stack = (uintptr_t)&limit;
	shared->has_open_file = fcntl(extra_fd, F_GETFD) != -1;
	sigprocmask(SIG_SETMASK, NULL, &blocked);
	shared->has_signals = !sigismember(&blocked, SIGTERM);
	getrlimit(RLIMIT_CORE, &limit);
	shared->has_core = limit.rlim_max != 0;
	getrlimit(RLIMIT_CPU, &limit);
	shared->cpu_seconds = limit.rlim_max;
	private_word = *(int *)ctx;
	reach(STAGE);
	while (!shared->order)
		pause();
	_exit(0);
}

static void
end_at_once(void *ctx)
{
	_exit(*(int *)ctx);
}

static void
crash(void *ctx)
{
	(void)ctx;
	__builtin_trap();
}

static void
stay(void *ctx)
{
	(void)ctx;
	for (;;)
		pause();
}

static void
await_order(void *ctx)
{
	shared->was_told = clone_wait_for_order(&shared->order, *(pid_t *)ctx);
	reach(STAGE);
	_exit(0);
}

static void
copies(void)
{
	const char *why = NULL;
	int status = 0, word = 42;
	pid_t pid;

	memset(shared, 0, sizeof *shared);
	extra_fd = open("/dev/null", O_RDONLY);
	clone_limit(1000);
	errno = EDOM;
	pid = clone_start(look_around, &word, &why);
	ok(pid > 0 && !why, "a clone starts");
	ok(clone_wait(pid, &shared->stage, STAGE, in_seconds(LONG_SECONDS),
		      &status) == CLONE_REACHED,
	   "it gets where it is waited for");
	is_number(errno, EDOM, "errno is kept");
	is_number(private_word, 0, "memory is its own");
	ok(!shared->has_open_file && fcntl(extra_fd, F_GETFD) != -1,
	   "it has no descriptor of the program's; the program has");
	ok(!shared->has_signals, "signals are blocked there");
	ok(!shared->has_core, "it leaves no core");
	ok(shared->cpu_seconds <= 1000, "its time is limited");
	ok(clone_has(&shared->stage, STAGE) &&
		   !clone_has(&shared->stage, STAGE + 1),
	   "its stage can be looked at");
	ok(!clone_has_ended(pid), "it has not ended");
	ok(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD,
	   "wait(2) of the program does not see it");
	clone_reap(pid);
	ok(waitpid(pid, NULL, WNOHANG | __WALL) == -1 && errno == ECHILD,
	   "nothing is left of it");
	is_number(n_signals, 0, "no SIGCHLD came");
	close(extra_fd);
}

static void
ends(void)
{
	const char *why;
	int status = 0, code = 3;
	pid_t pid;

	memset(shared, 0, sizeof *shared);
	pid = clone_start(end_at_once, &code, &why);
	ok(clone_wait(pid, &shared->stage, STAGE, in_seconds(LONG_SECONDS),
		      &status) == CLONE_DEAD,
	   "an early end is seen");
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 3, "and how");
	ok(clone_has_ended(pid), "what has been reaped has ended");
	pid = clone_start(crash, NULL, &why);
	ok(clone_wait(pid, &shared->stage, STAGE, in_seconds(LONG_SECONDS),
		      &status) == CLONE_DEAD &&
		   WIFSIGNALED(status),
	   "so is a crash");
	pid = clone_start(stay, NULL, &why);
	ok(clone_wait(pid, &shared->stage, STAGE, clone_now_ns() + SECOND / 100,
		      &status) == CLONE_LATE,
	   "nobody waits longer than wanted");
	clone_reap(pid);
	ok(clone_has_ended(pid), "and it can be ended");
}

static void
orders(void)
{
	const char *why;
	pid_t me = getpid(), other = me + 1, pid;
	int status;

	memset(shared, 0, sizeof *shared);
	pid = clone_start(await_order, &me, &why);
	__atomic_store_n(&shared->order, 1, __ATOMIC_RELEASE);
	clone_wake(&shared->order);
	clone_wait(pid, &shared->stage, STAGE, in_seconds(LONG_SECONDS),
		   &status);
	ok(shared->was_told, "an order arrives");
	clone_reap(pid);
	memset(shared, 0, sizeof *shared);
	pid = clone_start(await_order, &other, &why);
	ok(clone_wait(pid, &shared->stage, STAGE, in_seconds(LONG_SECONDS),
		      &status) == CLONE_REACHED &&
		   !shared->was_told,
	   "none comes from a parent that is gone");
	clone_reap(pid);
}

static void
own_stack(void)
{
	enum { BYTES = 1 << 18 };
	char *stack = mmap(NULL, BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const char *why;
	int status, word = 1;
	pid_t pid;

	memset(shared, 0, sizeof *shared);
	pid = clone_start_on(stack, BYTES, look_around, &word, &why);
	ok(clone_wait(pid, &shared->stage, STAGE, in_seconds(LONG_SECONDS),
		      &status) == CLONE_REACHED,
	   "a clone on a stack of its own");
	ok(shared->stack - (uintptr_t)stack < BYTES, "is on that");
	clone_reap(pid);
	is_number(n_signals, 0, "and no SIGCHLD comes of it");
	munmap(stack, BYTES);
}

int
main(void)
{
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	signal(SIGCHLD, count_signal);
	copies();
	ends();
	orders();
	own_stack();
	return tap_done();
}
