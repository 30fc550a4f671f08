/*
 * seccomp.h - would a seccomp filter of the target kill it for what we do?
 *
 * The thread that we make has the filters of the thread that makes it.  They
 * are read and run here, for each system call that ours may make: an answer
 * that is an error number is harmless, one that is a signal is not.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3)
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ATTACH_SECCOMP_H
#define LEAKSHIM_ATTACH_SECCOMP_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What the filter returns, SECCOMP_RET_*; SECCOMP_RET_KILL_PROCESS also if it
 * does what no filter may.
 */
uint32_t seccomp_run(const struct sock_filter *program, size_t n,
		     const struct seccomp_data *data);

/* NULL, or why the stopped thread must be left alone. */
const char *seccomp_problem(pid_t tid);

#endif /* LEAKSHIM_ATTACH_SECCOMP_H */
