/*
 * ownstatus.h - what /proc says of the calling thread
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  never
 *   locks      none
 *   signals    safe; errno is not kept
 */
#ifndef LEAKSHIM_SHIM_OWNSTATUS_H
#define LEAKSHIM_SHIM_OWNSTATUS_H

#include <sys/types.h>

/* The decimal number in /proc/thread-self/status behind "KEY:", or -1. */
long ownstatus_number(const char *key);

/* What /proc takes us for: another than getpid() in a foreign /proc.  Or -1. */
pid_t ownstatus_pid(void);

#endif /* LEAKSHIM_SHIM_OWNSTATUS_H */
