/*
 * sandbox.h - may a system call end the process?
 *
 * A seccomp filter may answer a system call with SIGSYS. What a filter does can
 * be found out only by trying, so if there is or may be a filter, rare system
 * calls are not tried in the process: process_vm_readv(2) and kill(2), for
 * which there are other ways.
 *
 * Contract of every function here:
 *   side       shim and analysis child
 *   allocates  never
 *   locks      none
 *   signals    safe; errno is kept
 */
#ifndef LEAKSHIM_COMMON_SANDBOX_H
#define LEAKSHIM_COMMON_SANDBOX_H

#include <stdbool.h>

/* Is there a filter?  Unknown, as without /proc, is "yes".  Looks once. */
bool sandbox_is_possible(void);

/* Look again: a program may have installed one since. */
void sandbox_look_again(void);

#endif /* LEAKSHIM_COMMON_SANDBOX_H */
