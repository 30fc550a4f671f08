/*
 * ptracer.h - permission for the helper to trace this process
 *
 * With kernel.yama.ptrace_scope = 1, the default of Ubuntu and of Debian's
 * derivatives, only an ancestor may trace a process; the helper of standstill.h
 * is a child.  The process may name another one by prctl(PR_SET_PTRACER), and
 * has one such name, which no system call gives back: so that the program's own
 * is not lost, calls of prctl(3) are noted, and where it has named one, nothing
 * is changed.  A fork's child begins without (security/yama/yama_lsm.c, Linux
 * 3.4 to 6.18).  What was named before an exec(2), by a raw system call, or in
 * a process that was attached to, where no call is interposed, is not known;
 * only where the helper was refused before is the name replaced.
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_SHIM_PTRACER_H
#define LEAKSHIM_SHIM_PTRACER_H

#include <stdbool.h>
#include <sys/types.h>

/* The program is about to name one: 0, a process, or PR_SET_PTRACER_ANY. */
void ptracer_note(unsigned long name);

/* In the child of a fork. */
void ptracer_forked(void);

/*
 * Let that process, and what it starts, trace this one.  False: the program has
 * named another, or there is no Yama here, and nothing has changed.
 */
bool ptracer_permit(pid_t helper);

/* Back to what the program wants.  errno is not kept, here and above. */
void ptracer_withdraw(void);

#endif /* LEAKSHIM_SHIM_PTRACER_H */
