/*
 * forward_signals.h - pass our signals on to the command that we run
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  never
 *   locks      none
 *   signals    changes their handlers
 */
#ifndef LEAKSHIM_CLI_FORWARD_SIGNALS_H
#define LEAKSHIM_CLI_FORWARD_SIGNALS_H

#include <sys/types.h>

/*
 * Start.  The terminal sends INT and QUIT to the whole foreground group: the
 * command gets its own.  The others are sent to us alone, and so is the one
 * that asks for a check; 0: none does.
 */
void forward_signals(pid_t command, int asking);

/* The command has ended; INT and QUIT are ours again. */
void forward_signals_end(void);

#endif /* LEAKSHIM_CLI_FORWARD_SIGNALS_H */
