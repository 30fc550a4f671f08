#include "config.h"

#include "cli/forward.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t child;

static void
forward(int signal_number)
{
	int saved = errno;

	if (child > 0)
		kill((pid_t)child, signal_number);
	errno = saved;
}

void
forward_signals(pid_t command)
{
	static const int forwarded[] = {SIGTERM, SIGHUP, SIGUSR1,
					SIGUSR2, SIGALRM, SIGWINCH};
	struct sigaction a = {.sa_handler = forward, .sa_flags = SA_RESTART};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	size_t i;

	child = command;
	for (i = 0; i < sizeof forwarded / sizeof *forwarded; i++) {
		struct sigaction old;

		/* What was ignored (nohup) stays so for the command. */
		sigaction(forwarded[i], NULL, &old);
		if (old.sa_handler != SIG_IGN)
			sigaction(forwarded[i], &a, NULL);
	}
	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGQUIT, &ignore, NULL);
}

void
forward_no_more(void)
{
	child = 0;
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
}
