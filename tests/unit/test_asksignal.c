/* The signal that asks for a check: whose it is, and where it finds a thread.
 */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "shim/occasions/asksignal.h"
#include "shim/occasions/interrupted.h"
#include "tap.h"

static volatile int n_calls, n_own, n_taken;
static volatile bool was_waiting;

static void
count(void *context)
{
	n_calls++;
	was_waiting = interrupted_while_waiting(context);
	errno = EDOM;
}

static void
count_taken(void)
{
	n_taken++;
}

static const struct asksignal_calls calls = {count, count_taken};

static void
own_handler(int number)
{
	(void)number;
	n_own++;
}

static void (*handler_of(int number))(int)
{
	struct sigaction a;

	sigaction(number, NULL, &a);
	return a.sa_handler;
}

static void
takes_what_nobody_has(void)
{
	ok(!asksignal_install(0, &calls) && !asksignal_problem(),
	   "no signal, no problem");
	is_string(asksignal_install(SIGUSR2, &calls), NULL, "it is taken");
	is_string(asksignal_problem(), NULL, "and still ours");
	errno = 0;
	raise(SIGUSR2);
	is_number(n_calls, 1, "it comes");
	is_number(errno, 0, "errno is kept");
	is_string(asksignal_install(SIGUSR2, &calls), NULL, "again");
	asksignal_remove();
	ok(handler_of(SIGUSR2) == SIG_DFL, "it is given back");
}

static void
respects_others(void)
{
	signal(SIGUSR2, SIG_IGN);
	is_string(asksignal_install(SIGUSR2, &calls),
		  "the program was started with it ignored", "ignored");
	ok(asksignal_problem() != NULL, "the problem is known");
	asksignal_remove();
	ok(handler_of(SIGUSR2) == SIG_IGN, "it is ignored still");
	signal(SIGUSR2, own_handler);
	is_string(asksignal_install(SIGUSR2, &calls),
		  "the program has a handler for it", "a handler");
	asksignal_remove();
	ok(handler_of(SIGUSR2) == own_handler, "which stays");

	signal(SIGUSR2, SIG_DFL);
	asksignal_install(SIGUSR2, &calls);
	signal(SIGUSR2, own_handler);
	is_string(asksignal_problem(), "the program has taken it since",
		  "one that comes later");
	n_calls = 0;
	raise(SIGUSR2);
	ok(n_own == 1 && !n_calls, "gets the signal");
	asksignal_remove();
	ok(handler_of(SIGUSR2) == own_handler, "and keeps it");
	signal(SIGUSR2, SIG_DFL);
}

/* Who has saved our handler calls it after we have gone. */
static void
survives_removal(void)
{
	struct sigaction ours;

	asksignal_install(SIGUSR2, &calls);
	sigaction(SIGUSR2, NULL, &ours);
	asksignal_remove();
	sigaction(SIGUSR2, &ours, NULL);
	n_calls = 0;
	raise(SIGUSR2);
	is_number(n_calls, 0, "a saved handler does nothing");
	signal(SIGUSR2, SIG_DFL);
}

/* What the program does by sigaction(2), which is interposed. */
static void
is_given_back(void)
{
	struct sigaction own = {.sa_handler = own_handler}, none = {0}, old;

	signal(SIGUSR2, SIG_DFL);
	asksignal_install(SIGUSR2, &calls);
	is_number(asksignal_number(), SIGUSR2, "the number is known");
	ok(asksignal_change(NULL, &old) == 0 && old.sa_handler == SIG_DFL,
	   "the program sees the default action");
	ok(asksignal_change(&own, &old) == 0 && old.sa_handler == SIG_DFL &&
		   n_taken == 1,
	   "it takes the signal");
	ok(asksignal_change(&none, &old) == 0 && old.sa_handler == own_handler,
	   "and gives it back");
	is_string(asksignal_problem(), NULL, "to us");
	ok(asksignal_change(NULL, &old) == 0 && old.sa_handler == SIG_DFL,
	   "which it does not see");
	asksignal_remove();
	ok(handler_of(SIGUSR2) == SIG_DFL, "it has its default action");

	signal(SIGUSR2, own_handler);
	asksignal_install(SIGUSR2, &calls);
	asksignal_change(&none, NULL);
	is_string(asksignal_problem(), NULL, "one that was the program's");
	asksignal_remove();
}

/* ---- where the thread was ---- */

static pthread_t waiter;
static int pipe_fds[2];

/* Until it was seen in a wait: it may not have got there at first. */
static void *
send_until_seen(void *unused)
{
	struct timespec nap = {0, 20000000};
	int tries = 3000;

	while (!was_waiting && tries--) {
		pthread_kill(waiter, SIGUSR2);
		nanosleep(&nap, NULL);
	}
	if (write(pipe_fds[1], "x", 1) != 1)
		return NULL;
	return unused;
}

static void
wait_in_read(void)
{
	char c;

	ok(read(pipe_fds[0], &c, 1) == 1, "read() goes on");
}

static void
wait_in_sleep(void)
{
	struct timespec t = {60, 0};

	/* Not begun anew; but the signal may have come before it. */
	while (!was_waiting)
		nanosleep(&t, NULL);
	wait_in_read();
}

static void
sees(void (*wait)(void), const char *what)
{
	pthread_t sender;

	was_waiting = false;
	waiter = pthread_self();
	pthread_create(&sender, NULL, send_until_seen, NULL);
	wait();
	pthread_join(sender, NULL);
	ok(was_waiting, what);
}

static void
knows_where(void)
{
	volatile unsigned spin = 0;
	int before;

	if (pipe(pipe_fds) != 0)
		return;
	asksignal_install(SIGUSR2, &calls);
	sees(wait_in_read, "a wait that is made again");
	sees(wait_in_sleep, "a wait that ends");
	/* raise() is a system call, but none that waits. */
	was_waiting = true;
	before = n_calls;
	raise(SIGUSR2);
	while (n_calls == before)
		spin++;
	ok(!was_waiting, "a call that does not wait");
	asksignal_remove();
}

int
main(void)
{
	takes_what_nobody_has();
	respects_others();
	survives_removal();
	is_given_back();
	knows_where();
	return tap_done();
}
