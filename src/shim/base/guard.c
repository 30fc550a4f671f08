#include "config.h"

#include "shim/base/guard.h"

#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <ucontext.h>

static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

enum { SIGNALS = sizeof signals / sizeof *signals };

static sigjmp_buf back;
static struct guard_crash seen;

static void
on_crash(int number, siginfo_t *info, void *context)
{
	const ucontext_t *c = context;

	seen.signal = number;
	seen.address = (uintptr_t)info->si_addr;
#if defined __x86_64__
	seen.instruction = (uintptr_t)c->uc_mcontext.gregs[REG_RIP];
#elif defined __aarch64__
	seen.instruction = (uintptr_t)c->uc_mcontext.pc;
#else
	(void)c;
#endif
	siglongjmp(back, 1);
}

void
guard_run(void (*run)(void *ctx), void *ctx, struct guard_crash *crash)
{
	struct sigaction action, before[SIGNALS];
	sigset_t set, mask;
	size_t i;

	memset(&seen, 0, sizeof seen);
	memset(&action, 0, sizeof action);
	action.sa_sigaction = on_crash;
	action.sa_flags = SA_SIGINFO | SA_NODEFER;
	sigemptyset(&set);
	for (i = 0; i < SIGNALS; i++) {
		sigaddset(&set, signals[i]);
		sigaction(signals[i], &action, &before[i]);
	}
	sigprocmask(SIG_UNBLOCK, &set, &mask);
	if (!sigsetjmp(back, 1))
		run(ctx);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	for (i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &before[i], NULL);
	*crash = seen;
}
