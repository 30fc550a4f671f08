/*
 * Threads are read where Yama lets none but ancestors trace, and the program's
 * own PR_SET_PTRACER stays.  Yama is played by another process, which a seccomp
 * filter asks, so that this runs on kernels without it.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "config.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analysis/base/source.h"
#include "shim/stop/ptracer.h"
#include "shim/stop/standstill.h"
#include "shim/stop/threadstate.h"
#include "tap.h"

enum {
	ASK = 0x7abcdef,     /* instead of a process: which is named now? */
	SOMEBODY = 0x7abcde, /* no process has that number */
	THREAD_STACK = 256 << 10,
};

static struct source source;

/* ---- Yama ---- */

/* As in Linux, where the helper itself is named. */
static void
play_yama(int listener, pid_t target)
{
	unsigned long named = 0;
	struct seccomp_notif ask;
	struct seccomp_notif_resp answer;

	for (;;) {
		memset(&ask, 0, sizeof ask);
		memset(&answer, 0, sizeof answer);
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &ask) != 0) {
			if (errno == EINTR || errno == ENOENT)
				continue;
			_exit(0);
		}
		answer.id = ask.id;
		if (ask.data.nr == SYS_ptrace) {
			if (named == ask.pid || named == PR_SET_PTRACER_ANY)
				answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
			else
				answer.error = -EPERM;
		} else if ((pid_t)ask.pid == target) {
			if (ask.data.args[1] == ASK)
				answer.val = named == PR_SET_PTRACER_ANY ?
						     ASK :
						     (long)named;
			else
				named = ask.data.args[1];
		}
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
}

static bool
pass_on(int socket, int *fd, bool is_sender)
{
	char byte = 0;
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr header;
	} control = {{0}};
	struct iovec v = {&byte, 1};
	struct msghdr m = {.msg_iov = &v,
			   .msg_iovlen = 1,
			   .msg_control = control.bytes,
			   .msg_controllen = sizeof control.bytes};

	if (is_sender) {
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), fd, sizeof *fd);
		return sendmsg(socket, &m, 0) == 1;
	}
	if (recvmsg(socket, &m, 0) != 1 || !CMSG_FIRSTHDR(&m))
		return false;
	memcpy(fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof *fd);
	return true;
}

/* The filter's listener, or -1. */
static int
filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PTRACE_SEIZE, 3, 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_PTRACER, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof code / sizeof *code, code};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* ---- the program ---- */

static long
ask_name(void)
{
	return syscall(SYS_prctl, PR_SET_PTRACER, ASK, 0, 0, 0);
}

static void
name(unsigned long who)
{
	ptracer_note(who);
	syscall(SYS_prctl, PR_SET_PTRACER, who, 0, 0, 0);
}

static void
stop_once(void)
{
	memset(&source, 0, sizeof source);
	standstill_begin(&source);
	standstill_end();
}

static void *
wait_for_pipe(void *end)
{
	char c;

	(void)!read(*(int *)end, &c, 1);
	return NULL;
}

static void
be_program(void)
{
	static int ends[2];
	pthread_attr_t small;
	pthread_t thread;
	int round;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, THREAD_STACK);
	if (pipe(ends) != 0 ||
	    pthread_create(&thread, &small, wait_for_pipe, &ends[0]) != 0)
		_exit(1);
	for (round = 0; round < 2; round++) {
		stop_once();
		is_number(source.n_unread, 0, "it names the helper: read");
		is_number(source.n_threads, 1, "one thread");
		is_number(ask_name(), 0, "nobody is named afterwards");
	}
	name(SOMEBODY);
	stop_once();
	is_number(source.n_unread, 1,
		  "the program has named another: not read");
	is_number(ask_name(), SOMEBODY, "and it is named still");
	name(PR_SET_PTRACER_ANY);
	stop_once();
	is_number(source.n_unread, 0, "all may trace: read");
	is_number(ask_name(), ASK, "and may still");
	name(0);
	stop_once();
	is_number(source.n_unread, 0, "nobody is named any more: read");
	is_number(ask_name(), 0, "and nobody is");
	fflush(stdout);
}

int
main(void)
{
	int pair[2], listener, status;
	pid_t program, yama;

	if (!threadstate_is_known) {
		skip("threads under Yama", "not for this processor");
		return tap_done();
	}
	tap_share();
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		return 1;
	fflush(stdout);
	program = fork();
	if (program == 0) {
		char go;

		listener = filter();
		if (listener < 0) {
			skip("threads under Yama",
			     "no seccomp filter that asks (Linux 5.5)");
			fflush(stdout);
			_exit(0);
		}
		if (!pass_on(pair[1], &listener, true) ||
		    read(pair[1], &go, 1) != 1)
			_exit(1);
		close(listener);
		be_program();
		_exit(0);
	}
	yama = fork();
	if (yama == 0) {
		close(pair[1]);
		if (!pass_on(pair[0], &listener, false))
			_exit(0);
		(void)!write(pair[0], "x", 1);
		play_yama(listener, program);
	}
	close(pair[0]);
	close(pair[1]);
	waitpid(program, &status, 0);
	is_number(status, 0, "it ended well");
	kill(yama, SIGKILL);
	waitpid(yama, NULL, 0);
	return tap_done();
}
