#include "config.h"

#include "cli/forward_signals.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
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

/* A signal that was ignored (nohup) stays so for the command. */
static void
forward_one(int signal_number)
{
	struct sigaction a = {.sa_handler = forward, .sa_flags = SA_RESTART};
	struct sigaction old;

	sigaction(signal_number, NULL, &old);
	if (old.sa_handler != SIG_IGN)
		sigaction(signal_number, &a, NULL);
}

void
forward_signals(pid_t command, int asking)
{
	static const int forwarded[] = {SIGTERM, SIGHUP,  SIGUSR1,
					SIGUSR2, SIGALRM, SIGWINCH};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	/* One from the terminal, or from the kernel about our child. */
	bool is_own = asking == SIGINT || asking == SIGQUIT ||
		      asking == SIGCHLD || asking == SIGCONT;
	size_t i;

	child = command;
	for (i = 0; i < sizeof forwarded / sizeof *forwarded; i++)
		forward_one(forwarded[i]);
	if (asking && !is_own)
		forward_one(asking);
	sigaction(SIGINT, &ignore, NULL);
	sigaction(SIGQUIT, &ignore, NULL);
}

void
forward_signals_end(void)
{
	child = 0;
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
}
