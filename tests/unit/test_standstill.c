/* Stopping all other threads: everything is read, and nobody notices. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "analysis/base/source.h"
#include "blocking.h"
#include "shim/base/clone.h"
#include "shim/stop/standstill.h"
#include "shim/stop/threadstate.h"
#include "tap.h"

enum {
	STOPS = 3,
	PAUSE_US = 100000,
	ROUNDS = 100,
	MANY = 250,
	MS = 1000 * 1000,
};

static struct source source;
static uint64_t longest_ns;

static void
stop_once(void)
{
	uint64_t began = clone_now_ns();

	memset(&source, 0, sizeof source);
	standstill_begin(&source);
	standstill_end();
	began = clone_now_ns() - began;
	longest_ns = began > longest_ns ? began : longest_ns;
}

static pthread_t
start(void *(*run)(void *), void *argument)
{
	pthread_attr_t small;
	pthread_t t;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 256 << 10);
	if (pthread_create(&t, &small, run, argument) != 0)
		abort();
	pthread_attr_destroy(&small);
	return t;
}

/* In a process of its own: what is left behind in this one goes with it. */
static void
in_child(void (*test)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		test();
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ok(status == 0, "it ended well (%d)", status);
}

/* ---- system calls ---- */

static struct {
	volatile int has_ended, error;
	volatile long returned;
} results[64];

static volatile int n_sigchld;

static void
count_sigchld(int signal_number)
{
	(void)signal_number;
	n_sigchld++;
}

static void *
wait_in_thread(void *number)
{
	size_t i = (size_t)number;

	errno = 0;
	results[i].returned = blocking_calls[i].wait();
	results[i].error = errno;
	results[i].has_ended = 1;
	return NULL;
}

static bool
have_all_ended(void)
{
	bool all = true;
	size_t i;

	for (i = 0; i < blocking_number; i++)
		all &= results[i].has_ended || !blocking_calls[i].is_limited;
	return all;
}

static void
calls(void)
{
	size_t i, n_unread = 0, least = 0;
	int stop;

	blocking_begin();
	for (i = 0; i < blocking_number; i++)
		start(wait_in_thread, (void *)i);
	usleep(2 * PAUSE_US);
	for (stop = 0; stop < STOPS; stop++) {
		stop_once();
		n_unread += source.n_unread;
		least = stop ? least : source.n_threads;
		usleep(PAUSE_US);
	}
	is_number(n_unread, 0, "all were read");
	is_number(least, blocking_number, "as many as there are");
	for (stop = 0; stop < 100 && !have_all_ended(); stop++)
		usleep(PAUSE_US);
	for (i = 0; i < blocking_number; i++) {
		const struct blocking *call = &blocking_calls[i];

		if (results[i].has_ended && results[i].returned < 0 &&
		    blocking_is_missing(results[i].error))
			skip(call->name, strerror(results[i].error));
		else if (!ok(results[i].has_ended == call->is_limited &&
				     !(results[i].returned < 0 &&
				       results[i].error == EINTR),
			     "%s", call->name))
			diag("%d, %ld (%s)", results[i].has_ended,
			     results[i].returned, strerror(results[i].error));
	}
	blocking_end();
}

/* ---- signals, children, threads that come and go ---- */

static volatile bool is_over;
static volatile long n_sent, n_handled, n_made, n_odd;

static void
handle(int signal_number)
{
	(void)signal_number;
	__atomic_add_fetch(&n_handled, 1, __ATOMIC_SEQ_CST);
}

static void *
wait_for_pipe(void *end)
{
	char c;

	while (read(*(int *)end, &c, 1) < 0 && errno == EINTR)
		;
	return NULL;
}

static void *
spin(void *unused)
{
	while (!is_over)
		__asm__ volatile("" ::: "memory");
	return unused;
}

static void *
do_nothing(void *unused)
{
	return unused;
}

static void *
make_threads(void *unused)
{
	while (!is_over) {
		pthread_join(start(do_nothing, NULL), NULL);
		n_made++;
	}
	return unused;
}

static void *
send_signals(void *threads)
{
	pthread_t *t = threads;
	union sigval value = {0};
	int i;

	for (i = 0; !is_over; i++) {
		if (pthread_sigqueue(t[i % 3], SIGRTMIN + 3, value) == 0)
			n_sent++;
		usleep(1000);
	}
	return NULL;
}

static void *
wait_for_children(void *unused)
{
	while (!is_over) {
		if (wait4(-1, NULL, 0, NULL) >= 0 || errno != ECHILD)
			n_odd++;
		usleep(50);
	}
	return unused;
}

static void
storm(void)
{
	struct sigaction chld = {.sa_handler = count_sigchld},
			 own = {.sa_handler = handle, .sa_flags = SA_RESTART};
	pthread_t threads[6];
	int ends[2], round, n_whole = 0;

	sigaction(SIGCHLD, &chld, NULL);
	sigaction(SIGRTMIN + 3, &own, NULL);
	if (pipe(ends) != 0)
		abort();
	threads[0] = start(wait_for_pipe, &ends[0]);
	threads[1] = start(wait_for_pipe, &ends[0]);
	threads[2] = start(spin, NULL);
	threads[3] = start(send_signals, threads);
	threads[4] = start(make_threads, NULL);
	threads[5] = start(wait_for_children, NULL);
	usleep(PAUSE_US);
	for (round = 0; round < ROUNDS; round++) {
		stop_once();
		n_whole += source.n_unread == 0;
		usleep(1000);
	}
	is_over = true;
	pthread_join(threads[3], NULL);
	pthread_join(threads[4], NULL);
	pthread_join(threads[5], NULL);
	usleep(PAUSE_US);
	ok(n_whole >= ROUNDS * 9 / 10, "threads that come are read, too");
	is_number(n_handled, n_sent, "no signal was lost");
	is_number(n_sigchld, 0, "no SIGCHLD came");
	is_number(n_odd, 0, "wait() saw no child");
	diag("%d of %d whole, longest %lu us; %ld signals, %ld threads made",
	     n_whole, ROUNDS, (unsigned long)(longest_ns / 1000), n_sent,
	     n_made);
}

/* ---- what was read ---- */

#if defined __x86_64__
static volatile uint64_t value = 0x5a5a123456789abcULL,
			 key = 0x1111222233334444;

/* The word that is in no memory, in a register alone, for ever. */
static void *
keep_in_register(void *which)
{
	uint64_t masked = value ^ key, k = key;

	if (which)
		__asm__ volatile("xor %1, %0\n\tmovq %0, %%xmm7\n\t"
				 "xor %k0, %k0\n1:\tpause\n\tjmp 1b"
				 : "+r"(masked)
				 : "r"(k)
				 : "xmm7");
	__asm__ volatile("xor %1, %0\n\tmov %0, %%r12\n\txor %k0, %k0\n"
			 "1:\tmov $34, %%eax\n\tsyscall\n\tjmp 1b" /* pause */
			 : "+r"(masked)
			 : "r"(k)
			 : "r12", "rax", "rcx", "r11");
	return NULL;
}
#endif

static void
words(void)
{
#if defined __x86_64__
	size_t i, n = 0;

	start(keep_in_register, NULL);
	start(keep_in_register, &n);
	usleep(PAUSE_US);
	stop_once();
	for (i = 0; i < source.n_registers; i++)
		n += source.registers[i] == value;
	is_number(n, 2, "words of both kinds of registers");
	for (i = 0, n = 0; i < source.n_threads; i++)
		n += source.threads[i].sp < source.threads[i].storage &&
		     source.threads[i].storage - source.threads[i].sp <
			     256 << 10;
	is_number(n, 2, "stack and thread pointers");
#endif
}

static void
many(void)
{
	static int ends[2];
	size_t i;

	if (pipe(ends) != 0)
		abort();
	for (i = 0; i < MANY; i++)
		start(wait_for_pipe, &ends[0]);
	usleep(PAUSE_US);
	for (i = 0; i < 5; i++)
		stop_once();
	is_number(source.n_unread + source.n_threads, MANY, "%d threads", MANY);
	diag("%d threads: %lu unread, longest %lu us", MANY,
	     (unsigned long)source.n_unread,
	     (unsigned long)(longest_ns / 1000));
}

/* ---- where it cannot be done ---- */

static void *
be_in_vfork(void *unused)
{
	pid_t pid = vfork();

	if (pid == 0) {
		struct timespec t = {0, 600 * MS};

		syscall(SYS_nanosleep, &t, NULL);
		_exit(7);
	}
	waitpid(pid, (int *)unused, 0);
	return NULL;
}

static void
in_vfork(void)
{
	static int status = -1;
	pthread_t t = start(be_in_vfork, &status);

	usleep(PAUSE_US);
	stop_once();
	is_number(source.n_unread, 1, "a thread in vfork() is not read");
	ok(source.why_unread && strstr(source.why_unread, "vfork"), "and why");
	ok(longest_ns < 300 * (uint64_t)MS, "nobody waits for it: %lu us",
	   (unsigned long)(longest_ns / 1000));
	pthread_join(t, NULL);
	is_number(WEXITSTATUS(status), 7, "its child is as it was");
}

static void
refuse(unsigned action)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof code / sizeof *code, code};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		_exit(0); /* nor are there filters that could be in the way */
}

static void
under_filter(unsigned action, const char *name)
{
	static int ends[2];

	if (pipe(ends) != 0)
		abort();
	refuse(action);
	start(wait_for_pipe, &ends[0]);
	usleep(PAUSE_US);
	stop_once();
	is_number(source.n_unread, 1, "%s: not read", name);
	ok(source.why_unread && strstr(source.why_unread, "seccomp"),
	   "%s: and why", name);
	stop_once();
	is_number(source.n_unread, 1, "%s: nor the second time", name);
}

static void
refused(void)
{
	under_filter(SECCOMP_RET_ERRNO | EPERM, "errno");
}

static void
killed(void)
{
	under_filter(SECCOMP_RET_KILL_PROCESS, "kill");
}

static void
trapped(void)
{
	under_filter(SECCOMP_RET_TRAP, "trap");
}

static void
not_dumpable(void)
{
	static int ends[2];

	if (pipe(ends) != 0 || setresgid(65534, 65534, 65534) != 0 ||
	    setresuid(65534, 65534, 65534) != 0)
		_exit(0);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	start(wait_for_pipe, &ends[0]);
	usleep(PAUSE_US);
	stop_once();
	is_number(source.n_unread, 1, "not dumpable: not read");
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	stop_once();
	is_number(source.n_unread, 0, "nobody's, no_new_privs: read");
}

/* A debugger has each thread. */
static void
traced(void)
{
	static int ends[2], told[2];
	pid_t debugger, self = getpid();
	char c;

	if (pipe(ends) != 0 || pipe(told) != 0)
		abort();
	debugger = fork();
	if (debugger == 0) {
		char name[64];
		DIR *d;
		struct dirent *e;

		/* The other thread is there by then. */
		usleep(PAUSE_US);
		snprintf(name, sizeof name, "/proc/%d/task", (int)self);
		for (d = opendir(name); d && (e = readdir(d));)
			if (e->d_name[0] != '.' &&
			    ptrace(PTRACE_SEIZE, atoi(e->d_name), 0, 0) != 0)
				break;
		(void)!write(told[1], "x", 1);
		pause();
	}
	prctl(PR_SET_PTRACER, debugger, 0, 0, 0);
	start(wait_for_pipe, &ends[0]);
	(void)!read(told[0], &c, 1);
	stop_once();
	is_number(source.n_unread, 1, "under a debugger: not read");
	ok(source.why_unread && strstr(source.why_unread, "debugger"),
	   "and why");
	kill(debugger, SIGKILL);
	waitpid(debugger, NULL, 0);
	stop_once();
	is_number(source.n_unread, 0, "without it: read");
}

/* It has no parent that it knows, and one that shares all its memory. */
static void
without_helper(void)
{
	static int ends[2];
	char children[64];
	long n;
	int fd;

	if (pipe(ends) != 0)
		abort();
	start(wait_for_pipe, &ends[0]);
	is_over = false;
	start(make_threads, NULL);
	usleep(PAUSE_US);
	standstill_begin(&source);
	fd = open("/proc/thread-self/children", O_RDONLY);
	n = read(fd, children, sizeof children - 1);
	close(fd);
	if (n > 0)
		kill(atoi(children), SIGKILL);
	standstill_end();
	n_made = 0;
	usleep(PAUSE_US);
	ok(n_made > 0, "the helper is killed: the threads go on");
	stop_once();
	is_number(source.n_unread, 0, "and are read the next time");
}

int
main(void)
{
	static void (*const tests[])(void) = {
		calls,  storm,   words,        many,   in_vfork,       refused,
		killed, trapped, not_dumpable, traced, without_helper,
	};
	size_t i;

	if (!threadstate_is_known) {
		skip("threads that are stopped", "not for this processor");
		return tap_done();
	}
	tap_share();
	stop_once();
	is_number(source.n_unread, 0, "a process of one thread");
	for (i = 0; i < sizeof tests / sizeof *tests; i++)
		in_child(tests[i]);
	return tap_done();
}
