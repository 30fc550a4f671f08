/*
 * refuse.h - system calls that fail, for tests of what their failure means
 *
 * A filter stays until the process ends: use it in a fork()ed child.
 */
#ifndef LEAKSHIM_TESTS_REFUSE_H
#define LEAKSHIM_TESTS_REFUSE_H

#include <stdbool.h>

/* From here on these two system calls (-1: none) fail with this errno. */
bool refuse(long first, long second, unsigned error);

/* test() in a child under refuse(): its result, 0 to 254; -1: no filter. */
int refuse_in_child(long first, long second, unsigned error,
		    int (*test)(void *ctx), void *ctx);

#endif /* LEAKSHIM_TESTS_REFUSE_H */
