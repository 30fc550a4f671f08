#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "config.h"

#include "blocking.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* They outlive a process. */
static int semaphores, messages;

enum { US = BLOCKING_LIMIT_MS * 1000, EPOLL_PWAIT2 = 441 };

static const struct timespec limit = {US / 1000000, US % 1000000 * 1000};

static struct timespec
limit_from_now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_sec += limit.tv_sec;
	t.tv_nsec += limit.tv_nsec;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

/* One that nothing will ever come from. */
static int
silent(void)
{
	int ends[2];

	return pipe(ends) == 0 ? ends[0] : -1;
}

static int
silent_socket(void)
{
	int ends[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 ? ends[0] : -1;
}

static int
with_limit(int fd, int which)
{
	struct timeval t = {US / 1000000, US % 1000000};

	setsockopt(fd, SOL_SOCKET, which, &t, sizeof t);
	return fd;
}

/* Nobody reads from it, and it is full. */
static int
full_socket(void)
{
	static const char bytes[4096];
	int fd = silent_socket();

	while (send(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
		;
	return with_limit(fd, SO_SNDTIMEO);
}

static int
listener(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
				 .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(fd, (struct sockaddr *)&in, sizeof in) != 0 ||
	    listen(fd, 5) != 0)
		return -1;
	return fd;
}

static int
poller(void)
{
	struct epoll_event e = {.events = EPOLLIN};
	int fd = epoll_create1(0);

	epoll_ctl(fd, EPOLL_CTL_ADD, silent(), &e);
	return fd;
}

static long
wait_read(void)
{
	char c;

	return read(silent(), &c, 1);
}

static long
wait_poll(void)
{
	struct pollfd f = {silent(), POLLIN, 0};

	return poll(&f, 1, BLOCKING_LIMIT_MS);
}

static long
wait_poll_for_ever(void)
{
	struct pollfd f = {silent(), POLLIN, 0};

	return poll(&f, 1, -1);
}

static long
wait_ppoll(void)
{
	struct pollfd f = {silent(), POLLIN, 0};

	return ppoll(&f, 1, &limit, NULL);
}

static long
wait_select(void)
{
	struct timeval t = {US / 1000000, US % 1000000};
	int fd = silent();
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	return select(fd + 1, &set, NULL, NULL, &t);
}

static long
wait_epoll(void)
{
	struct epoll_event e;

	return epoll_wait(poller(), &e, 1, BLOCKING_LIMIT_MS);
}

static long
wait_epoll_for_ever(void)
{
	struct epoll_event e;

	return epoll_wait(poller(), &e, 1, -1);
}

static long
wait_epoll_pwait(void)
{
	struct epoll_event e;
	sigset_t none;

	sigemptyset(&none);
	return epoll_pwait(poller(), &e, 1, BLOCKING_LIMIT_MS, &none);
}

static long
wait_epoll_pwait2(void)
{
	struct epoll_event e;

	return syscall(EPOLL_PWAIT2, poller(), &e, 1, &limit, NULL, 0);
}

static long
wait_nanosleep(void)
{
	return syscall(SYS_nanosleep, &limit, NULL);
}

static long
wait_clock_nanosleep(void)
{
	return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &limit, NULL);
}

static long
wait_futex(void)
{
	uint32_t word = 0;

	return syscall(SYS_futex, &word, FUTEX_WAIT, 0, &limit, NULL, 0);
}

static long
wait_futex_until(void)
{
	struct timespec t = limit_from_now(CLOCK_MONOTONIC);
	uint32_t word = 0;

	return syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, &t, NULL,
		       ~0U);
}

static long
wait_futex_for_ever(void)
{
	uint32_t word = 0;

	return syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static long
wait_semaphore(void)
{
	struct timespec t = limit_from_now(CLOCK_REALTIME);
	sem_t s;

	sem_init(&s, 0, 0);
	return sem_timedwait(&s, &t);
}

static long
wait_condition(void)
{
	struct timespec t = limit_from_now(CLOCK_REALTIME);
	pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t c = PTHREAD_COND_INITIALIZER;
	int error;

	pthread_mutex_lock(&m);
	error = pthread_cond_timedwait(&c, &m, &t);
	pthread_mutex_unlock(&m);
	errno = error;
	return error ? -1 : 0;
}

static long
wait_accept(void)
{
	return accept(listener(), NULL, NULL);
}

static long
wait_accept_limited(void)
{
	return accept(with_limit(listener(), SO_RCVTIMEO), NULL, NULL);
}

static long
wait_recv(void)
{
	char c;

	return recv(silent_socket(), &c, 1, 0);
}

static long
wait_recv_limited(void)
{
	char c;

	return recv(with_limit(silent_socket(), SO_RCVTIMEO), &c, 1, 0);
}

static long
wait_recvmsg_limited(void)
{
	char c;
	struct iovec v = {&c, 1};
	struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};

	return recvmsg(with_limit(silent_socket(), SO_RCVTIMEO), &m, 0);
}

static long
wait_read_limited(void)
{
	char c;

	return read(with_limit(silent_socket(), SO_RCVTIMEO), &c, 1);
}

static long
wait_readv_limited(void)
{
	char c;
	struct iovec v = {&c, 1};

	return readv(with_limit(silent_socket(), SO_RCVTIMEO), &v, 1);
}

static long
wait_send_limited(void)
{
	return send(full_socket(), "x", 1, 0);
}

static long
wait_write_limited(void)
{
	return write(full_socket(), "x", 1);
}

static long
wait_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	return sigtimedwait(&set, NULL, &limit);
}

static long
wait_signal_for_ever(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	return sigwaitinfo(&set, NULL);
}

static long
wait_aio(void)
{
	struct io_event e;
	struct timespec t = limit;
	aio_context_t context = 0;

	if (syscall(SYS_io_setup, 4, &context) != 0)
		return -1;
	return syscall(SYS_io_getevents, context, 1, 1, &e, &t);
}

static long
wait_pause(void)
{
	return pause();
}

static long
wait_sigsuspend(void)
{
	sigset_t none;

	sigemptyset(&none);
	return sigsuspend(&none);
}

static long
wait_inotify(void)
{
	char events[256];

	return read(inotify_init(), events, sizeof events);
}

static long
wait_semtimedop(void)
{
	struct sembuf take = {0, -1, 0};

	return semtimedop(semaphores, &take, 1, &limit);
}

static long
wait_semop(void)
{
	struct sembuf take = {0, -1, 0};

	return semop(semaphores, &take, 1);
}

static long
wait_message(void)
{
	char message[64];

	return msgrcv(messages, message, 8, 0, 0);
}

static long
wait_flock(void)
{
	char name[] = "/tmp/leakshim-lock-XXXXXX";
	int held = mkstemp(name), fd = open(name, O_RDWR);

	unlink(name);
	flock(held, LOCK_EX);
	return flock(fd, LOCK_EX);
}

static pid_t
short_lived(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		setpgid(0, 0);
		usleep(US);
		_exit(0);
	}
	setpgid(pid, pid);
	return pid;
}

static long
wait_child(void)
{
	return waitpid(short_lived(), NULL, 0);
}

static long
wait_any_child(void)
{
	return wait4(-short_lived(), NULL, 0, NULL);
}

const struct blocking blocking_calls[] = {
	{"read", wait_read, false},
	{"poll", wait_poll, true},
	{"poll without a limit", wait_poll_for_ever, false},
	{"ppoll", wait_ppoll, true},
	{"select", wait_select, true},
	{"epoll_wait", wait_epoll, true},
	{"epoll_wait without a limit", wait_epoll_for_ever, false},
	{"epoll_pwait", wait_epoll_pwait, true},
	{"epoll_pwait2", wait_epoll_pwait2, true},
	{"nanosleep", wait_nanosleep, true},
	{"clock_nanosleep", wait_clock_nanosleep, true},
	{"futex", wait_futex, true},
	{"futex until", wait_futex_until, true},
	{"futex without a limit", wait_futex_for_ever, false},
	{"sem_timedwait", wait_semaphore, true},
	{"pthread_cond_timedwait", wait_condition, true},
	{"accept", wait_accept, false},
	{"accept, SO_RCVTIMEO", wait_accept_limited, true},
	{"recv", wait_recv, false},
	{"recv, SO_RCVTIMEO", wait_recv_limited, true},
	{"recvmsg, SO_RCVTIMEO", wait_recvmsg_limited, true},
	{"read, SO_RCVTIMEO", wait_read_limited, true},
	{"readv, SO_RCVTIMEO", wait_readv_limited, true},
	{"send, SO_SNDTIMEO", wait_send_limited, true},
	{"write, SO_SNDTIMEO", wait_write_limited, true},
	{"sigtimedwait", wait_signal, true},
	{"sigwaitinfo", wait_signal_for_ever, false},
	{"io_getevents", wait_aio, true},
	{"pause", wait_pause, false},
	{"sigsuspend", wait_sigsuspend, false},
	{"read, inotify", wait_inotify, false},
	{"semop", wait_semop, false},
	{"semtimedop", wait_semtimedop, true},
	{"msgrcv", wait_message, false},
	{"flock", wait_flock, false},
	{"waitpid", wait_child, true},
	{"wait4 for any of a group", wait_any_child, true},
};

const size_t blocking_number = sizeof blocking_calls / sizeof *blocking_calls;

void
blocking_begin(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	semaphores = semget(IPC_PRIVATE, 1, 0600);
	messages = msgget(IPC_PRIVATE, 0600);
}

void
blocking_end(void)
{
	semctl(semaphores, 0, IPC_RMID);
	msgctl(messages, IPC_RMID, NULL);
}

bool
blocking_is_missing(int error)
{
	return error == ENOSYS || error == EPERM || error == EACCES;
}
