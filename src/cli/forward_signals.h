/*
 * forward_signals.h - signals for us are meant for the command that we run
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
 * From now on.  INT and QUIT come from the terminal to the whole foreground
 * group: the command gets its own.  The others are sent to us alone, and so is the
 * one that asks for a check; 0: none does.
 */
void forward_signals(pid_t command, int asking);

/* The command has ended; INT and QUIT are ours again. */
void forward_signals_end(void);

#endif /* LEAKSHIM_CLI_FORWARD_SIGNALS_H */
