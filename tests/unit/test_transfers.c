/* A stop cuts no transfer of much data short: such threads are left alone. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "analysis/base/source.h"
#include "common/restart.h"
#include "shim/stop/standstill.h"
#include "shim/stop/tasks.h"
#include "shim/stop/threadstate.h"
#include "tap.h"

enum {
	MUCH = 4 << 20,
	PIECE = 64 << 10,
	STOPS = 5,
	TURNS = 20000, /* of a millisecond */
};

static char bytes[MUCH], others[PIECE];
static struct source source;

struct transfer {
	const char *name;
	bool is_pipe, receives;
	size_t n;
	int ends[2];
	volatile pid_t tid;
	volatile long moved;
	volatile int has_ended;
};

static void *
move(void *transfer)
{
	struct transfer *t = transfer;

	t->tid = (pid_t)syscall(SYS_gettid);
	t->moved = t->receives ? recv(t->ends[0], bytes, t->n, MSG_WAITALL) :
				 write(t->ends[0], bytes, t->n);
	t->has_ended = 1;
	return NULL;
}

static void
begin(struct transfer *t, pthread_t *thread)
{
	int fds[2];

	if (t->is_pipe ? pipe(fds) : socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		abort();
	t->ends[0] = fds[t->is_pipe];
	t->ends[1] = fds[!t->is_pipe];
	fcntl(t->ends[1], F_SETFL, O_NONBLOCK);
	if (pthread_create(thread, NULL, move, t) != 0)
		abort();
}

/* The other end: one piece; how much. */
static long
serve(struct transfer *t)
{
	long n = t->receives ? write(t->ends[1], others, sizeof others) :
			       read(t->ends[1], others, sizeof others);

	return n > 0 ? n : 0;
}

/* Once it waits, in its call: one that runs there may be cut short. */
static void
stop_when_it_waits(const struct transfer *t)
{
	int turn;

	for (turn = 0; turn < TURNS && !t->has_ended; turn++) {
		if (t->tid && tasks_state(getpid(), t->tid) == 'S')
			break;
		usleep(1000);
	}
	usleep(1000);
	memset(&source, 0, sizeof source);
	standstill_begin(&source);
	standstill_end();
}

static void
be_whole(struct transfer *t)
{
	pthread_t thread;
	int turn;

	begin(t, &thread);
	for (turn = 0; turn < STOPS; turn++) {
		serve(t);
		stop_when_it_waits(t);
	}
	if (t->n > PIECE) {
		is_number(source.n_unread, 1, "%s: not read", t->name);
		ok(source.why_unread && strstr(source.why_unread, "moves"),
		   "%s: and why", t->name);
	}
	for (turn = 0; turn < TURNS && !t->has_ended; turn++)
		if (!serve(t))
			usleep(1000);
	pthread_join(thread, NULL);
	is_number(t->moved, t->n, "%s: all of it", t->name);
	close(t->ends[0]);
	close(t->ends[1]);
}

/* A short one begins again by itself. */
static void
be_read(void)
{
	struct transfer t = {.name = "a short one", .is_pipe = true, .n = 100};
	pthread_t thread;
	int fds[2];

	if (pipe(fds) != 0)
		abort();
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	while (write(fds[1], others, sizeof others) > 0)
		;
	fcntl(fds[1], F_SETFL, 0);
	t.ends[0] = fds[1];
	if (pthread_create(&thread, NULL, move, &t) != 0)
		abort();
	stop_when_it_waits(&t);
	is_number(source.n_unread, 0, "a short one: read");
	while (!t.has_ended)
		(void)!read(fds[0], others, sizeof others);
	pthread_join(thread, NULL);
	is_number(t.moved, 100, "a short one: all of it");
}

static void
texts(void)
{
	char text[200];

	ok(!restart_would_cut("running\n"), "no call");
	ok(!restart_would_cut("-1 0x7ffc00000000 0x7f0000000000\n"),
	   "not in a call");
	ok(!restart_would_cut(""), "nothing");
	snprintf(text, sizeof text, "%d 0x1 0x7f00 0x1001 0x0 0x0 0x0 0x1 0x2",
		 (int)SYS_write);
	ok(restart_would_cut(text), "much");
	snprintf(text, sizeof text, "%d 0x1 0x7f00 0x1000 0x0 0x0 0x0 0x1 0x2",
		 (int)SYS_write);
	ok(!restart_would_cut(text), "little");
	snprintf(text, sizeof text, "%d 0x1 0x7f00 0x9000 0x0 0x0 0x0 0x1 0x2",
		 (int)SYS_read);
	ok(!restart_would_cut(text), "what has moved nothing yet");
}

int
main(void)
{
	struct transfer all[] = {
		{.name = "write to a socket", .n = MUCH},
		{.name = "write to a pipe", .is_pipe = true, .n = MUCH},
		{.name = "recv with MSG_WAITALL", .receives = true, .n = MUCH},
	};
	size_t i;

	texts();
	if (!threadstate_is_known) {
		skip("transfers", "not for this processor");
		return tap_done();
	}
	for (i = 0; i < sizeof all / sizeof *all; i++)
		be_whole(&all[i]);
	be_read();
	return tap_done();
}
