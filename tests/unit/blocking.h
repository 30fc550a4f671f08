/*
 * blocking.h - system calls that wait, each as a function
 *
 * What a program may be in when its threads are stopped: each begins to wait,
 * by itself, for what never comes, or until its time limit is over.
 */
#ifndef LEAKSHIM_UNIT_BLOCKING_H
#define LEAKSHIM_UNIT_BLOCKING_H

#include <stdbool.h>
#include <stddef.h>

enum { BLOCKING_LIMIT_MS = 900 };

struct blocking {
	const char *name;
	long (*wait)(void); /* what the call returned, and errno */
	bool is_limited;    /* it ends, after BLOCKING_LIMIT_MS */
};

extern const struct blocking blocking_calls[];
extern const size_t blocking_number;

/* Before any of them: what they wait for.  SIGUSR2 is blocked from then on. */
void blocking_begin(void);

/* When none of them waits any more. */
void blocking_end(void);

/* Containers have not all of the calls. */
bool blocking_is_missing(int error);

#endif /* LEAKSHIM_UNIT_BLOCKING_H */
