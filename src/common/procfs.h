/*
 * procfs.h - is /proc there, and is it this process's?
 *
 * In a bare chroot there is none, and a container may see that of another PID
 * namespace: then /proc/PID is a different process.
 *
 * Contract of every function here:
 *   side       shim, analysis child and tool
 *   allocates  never
 *   locks      none
 *   signals    safe; errno is kept
 */
#ifndef LEAKSHIM_COMMON_PROCFS_H
#define LEAKSHIM_COMMON_PROCFS_H

#include <stdbool.h>

/* NULL if /proc/PID means what getpid(2) means; else why not (static). */
const char *procfs_problem(void);

#endif /* LEAKSHIM_COMMON_PROCFS_H */
