#include "config.h"

#include "shim/asksignal.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

static struct {
	int number; /* 0: not asked for */
	void (*volatile handler)(void *context);
	const char *problem; /* why it was not taken */
} asked;

static void
on_signal(int number, siginfo_t *info, void *context)
{
	void (*handler)(void *) = asked.handler;
	int saved = errno;

	(void)number;
	(void)info;
	if (handler)
		handler(context);
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

const char *
asksignal_install(int number, void (*handler)(void *context))
{
	struct sigaction now, action;
	int saved = errno;

	asksignal_remove();
	asked.number = number;
	asked.problem = NULL;
	if (!number)
		return NULL;
	if (sigaction(number, NULL, &now) != 0)
		asked.problem = "the system refuses it";
	else
		asked.problem = why_not(&now);
	if (!asked.problem) {
		memset(&action, 0, sizeof action);
		action.sa_sigaction = on_signal;
		/* ONSTACK: stacks of other languages' threads are small. */
		action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
		sigfillset(&action.sa_mask);
		asked.handler = handler;
		if (sigaction(number, &action, NULL) != 0)
			asked.problem = "the system refuses it";
	}
	errno = saved;
	return asked.problem;
}

void
asksignal_remove(void)
{
	struct sigaction now, before = {.sa_handler = SIG_DFL};
	int saved = errno;

	/* Who has saved our handler may call it yet. */
	asked.handler = NULL;
	if (asked.number && !asked.problem &&
	    sigaction(asked.number, NULL, &now) == 0 && is_ours(&now))
		sigaction(asked.number, &before, NULL);
	asked.number = 0;
	errno = saved;
}

const char *
asksignal_problem(void)
{
	struct sigaction now;

	if (!asked.number || asked.problem)
		return asked.number ? asked.problem : NULL;
	if (sigaction(asked.number, NULL, &now) == 0 && !is_ours(&now))
		return "the program has taken it since";
	return NULL;
}
