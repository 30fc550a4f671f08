#include "config.h"

#include "shim/occasions/asksignal.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/glibconly.h"

static struct {
	int number; /* 0: not asked for */
	const struct asksignal_calls *volatile calls;
	const char *problem; /* why it was not taken */
	bool wants_default;  /* the program has given it its default action */
} asked;

/* What the process sent itself, by kill(2), raise(3) or sigqueue(3). */
static bool
is_from_itself(const siginfo_t *info)
{
	return (info->si_code == SI_USER || info->si_code == SI_TKILL ||
		info->si_code == SI_QUEUE) &&
	       info->si_pid == (pid_t)syscall(SYS_getpid);
}

static bool
is_ignored_by_default(int number)
{
	return number == SIGCHLD || number == SIGCONT || number == SIGURG ||
	       number == SIGWINCH;
}

/* All signals are blocked in here: it comes when the handler returns. */
static void
do_what_default_does(int number)
{
	struct sigaction action = {.sa_handler = SIG_DFL};

	if (!is_ignored_by_default(number) &&
	    __sigaction(number, &action, NULL) == 0)
		syscall(SYS_tgkill, syscall(SYS_getpid), syscall(SYS_gettid),
			number);
}

static void
on_signal(int number, siginfo_t *info, void *context)
{
	const struct asksignal_calls *calls = asked.calls;
	int saved = errno;

	if (asked.wants_default && is_from_itself(info))
		do_what_default_does(number);
	else if (calls)
		calls->asked(context);
	errno = saved;
}

static bool
is_ours(const struct sigaction *a)
{
	return a->sa_flags & SA_SIGINFO && a->sa_sigaction == on_signal;
}

static const char *
why_not(const struct sigaction *now)
{
	if (is_ours(now) ||
	    (!(now->sa_flags & SA_SIGINFO) && now->sa_handler == SIG_DFL))
		return NULL;
	if (!(now->sa_flags & SA_SIGINFO) && now->sa_handler == SIG_IGN)
		return "the program was started with it ignored";
	return "the program has a handler for it";
}

static void
make_ours(struct sigaction *action)
{
	memset(action, 0, sizeof *action);
	action->sa_sigaction = on_signal;
	/* ONSTACK: stacks of other languages' threads are small. */
	action->sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
	sigfillset(&action->sa_mask);
}

const char *
asksignal_install(int number, const struct asksignal_calls *calls)
{
	struct sigaction now, action;
	int saved = errno;

	asksignal_remove();
	asked.problem = NULL;
	if (!number)
		return NULL;
	asked.calls = calls;
	asked.number = number;
	if (__sigaction(number, NULL, &now) != 0)
		asked.problem = "the system refuses it";
	else
		asked.problem = why_not(&now);
	if (!asked.problem) {
		make_ours(&action);
		if (__sigaction(number, &action, NULL) != 0)
			asked.problem = "the system refuses it";
	}
	errno = saved;
	return asked.problem;
}

int
asksignal_number(void)
{
	return asked.number;
}

int
asksignal_change(const struct sigaction *action, struct sigaction *old)
{
	bool is_default = action && action->sa_handler == SIG_DFL;
	const struct asksignal_calls *calls = asked.calls;
	struct sigaction ours, was;

	if (is_default)
		make_ours(&ours);
	if (__sigaction(asked.number, is_default ? &ours : action, &was) != 0)
		return -1;
	if (is_default) {
		asked.wants_default = true;
		asked.problem = NULL;
	} else if (action && action->sa_handler != SIG_IGN && calls) {
		calls->taken();
	}
	if (old && is_ours(&was))
		*old = (struct sigaction){.sa_handler = SIG_DFL};
	else if (old)
		*old = was;
	return 0;
}

void
asksignal_remove(void)
{
	struct sigaction now, before = {.sa_handler = SIG_DFL};
	int saved = errno;

	/* A program that has saved our handler may still call it. */
	asked.calls = NULL;
	if (asked.number && !asked.problem &&
	    __sigaction(asked.number, NULL, &now) == 0 && is_ours(&now))
		__sigaction(asked.number, &before, NULL);
	asked.number = 0;
	asked.wants_default = false;
	errno = saved;
}

const char *
asksignal_problem(void)
{
	struct sigaction now;

	if (!asked.number || asked.problem)
		return asked.number ? asked.problem : NULL;
	if (__sigaction(asked.number, NULL, &now) == 0 && !is_ours(&now))
		return "the program has taken it since";
	return NULL;
}
