/*
 * interpose_signal.c - the program changes what a signal does
 *
 * Only of interest for the signal of signal= (asksignal.h).
 *
 * Contract of every function here: as the real one; errno is the real one's.
 */
#include "config.h"

#include <signal.h>

#include "shim/base/export.h"
#include "shim/base/next.h"
#include "shim/occasions/asksignal.h"

static bool
is_asked_for(int number)
{
	return number && number == asksignal_number();
}

LS_EXPORT int
sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
	if (is_asked_for(number))
		return asksignal_change(action, old);
	return next_sigaction()(number, action, old);
}

/*
 * As in BSD: the handler stays, is not interrupted by itself, and calls go on.
 */
LS_EXPORT sighandler_t
signal(int number, sighandler_t handler)
{
	struct sigaction action = {.sa_handler = handler,
				   .sa_flags = SA_RESTART},
			 old;

	if (!is_asked_for(number) || handler == SIG_ERR)
		return next_signal()(number, handler);
	sigemptyset(&action.sa_mask);
	sigaddset(&action.sa_mask, number);
	return asksignal_change(&action, &old) == 0 ? old.sa_handler : SIG_ERR;
}
