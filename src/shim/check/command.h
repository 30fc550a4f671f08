/*
 * command.h - the command that is served, one at a time, and its options
 *
 * Contract of every function here:
 *   side       shim; the thread that serves, unless it is said
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_COMMAND_H
#define LEAKSHIM_SHIM_COMMAND_H

#include <stdbool.h>

/* False: another is served. */
bool command_begin(void);
void command_end(void);

/*
 * The options of one check, with the turn: those of the text, NULL: the usual
 * ones.  Complaints go to the command.
 */
void command_take_options(const char *text);
void command_put_options_back(void);

/* At the end of the process: wait for the check, for a minute at most. */
void command_wait_until_idle(void);

/* In the child of a fork: no command is served here. */
void command_forked(void);

#endif /* LEAKSHIM_SHIM_COMMAND_H */
