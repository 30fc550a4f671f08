/*
 * days.h - dates as days since 1970-01-01
 *
 * Contract of every function here:
 *   side       shim, analysis child and tool
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_COMMON_DAYS_H
#define LEAKSHIM_COMMON_DAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* "2027-01-31", in exactly this form and a valid day (UTC); false if not. */
bool days_parse(const char *s, size_t n, int64_t *out);

/* "2027-01-31T23:59:59Z", of seconds since 1970 (UTC). */
void days_put_time(struct buf *b, int64_t seconds);

#endif /* LEAKSHIM_COMMON_DAYS_H */
