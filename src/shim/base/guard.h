/*
 * guard.h - a part of the analysis that may crash alone
 *
 * Third-party tp_traverse functions and memory that is not what it seems: a
 * crash in the clone must not take along what was found before.
 *
 * Contract of every function here:
 *   side       analysis child only (it changes signal handlers)
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_GUARD_H
#define LEAKSHIM_SHIM_GUARD_H

#include <stdint.h>

struct guard_crash {
	int signal;            /* 0: none */
	uintptr_t address;     /* that was touched */
	uintptr_t instruction; /* that touched it */
};

/* run(ctx); a crash ends it and is described in *crash. */
void guard_run(void (*run)(void *ctx), void *ctx, struct guard_crash *crash);

#endif /* LEAKSHIM_SHIM_GUARD_H */
