/*
 * merge_value.h - one text, one number of a merged report
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3); the command ends where there is none
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_MERGE_VALUE_H
#define LEAKSHIM_CLI_MERGE_VALUE_H

#include <stdint.h>

/* A copy by malloc(3), the caller's; NULL of NULL. */
char *merge_copy(const char *s);

/*
 * Add `from' to a sum: unknown and a number make the number; what does not fit
 * becomes INT64_MAX.
 */
void merge_sum(int64_t *to, int64_t from);

#endif /* LEAKSHIM_CLI_MERGE_VALUE_H */
