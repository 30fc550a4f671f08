/*
 * newborn.h - is the stopped thread on its way out of fork()?
 *
 * In the child, Python recreates its locks and the GIL, and takes all thread
 * states but one for those of threads that are gone: a thread of ours would
 * lose its own.  Between fork() and the end of PyOS_AfterFork_Child() there is
 * no safe point.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ATTACH_NEWBORN_H
#define LEAKSHIM_ATTACH_NEWBORN_H

#include <stdbool.h>
#include <sys/types.h>

struct processor_state;
struct program;

/* For a thread that does not wait in the kernel.  If in doubt: yes. */
bool newborn_is(const struct program *p, pid_t tid,
		const struct processor_state *s);

#endif /* LEAKSHIM_ATTACH_NEWBORN_H */
