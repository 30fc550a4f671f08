/*
 * guardian.h - work that must be finished even if this command is killed
 *
 * While a thread of the target is stopped, only the process that stopped it can
 * resume it as it was.  So this is done by a child of the command, in a session
 * of its own: neither ctrl-C, nor a closed terminal, nor SIGKILL to the command
 * reaches it in those milliseconds.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  mmap(2)
 *   locks      none
 *   signals    not safe; all blocked in the child
 */
#ifndef LEAKSHIM_ATTACH_GUARDIAN_H
#define LEAKSHIM_ATTACH_GUARDIAN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Run work(state) in the child, on a copy of the n bytes of state, which are
 * copied back.  If it opens a descriptor, it leaves it in *fd within state, and
 * it is ours then.  False: the child could not be started or did not finish.
 */
bool guardian_run(void (*work)(void *state), void *state, size_t n, int *fd);

#endif /* LEAKSHIM_ATTACH_GUARDIAN_H */
