/*
 * numbers.h - numbers as options are given
 *
 * strtol(3) knows locales, signs, hexadecimal and leading blanks, none of
 * which an option should take by accident.
 *
 * Contract of every function here:
 *   side       shim and tool
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_COMMON_NUMBERS_H
#define LEAKSHIM_COMMON_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

/* Decimal digits and nothing else; false, and *out as it was, if not. */
bool numbers_parse(const char *s, uint64_t *out);

/*
 * As above, optionally followed by k, M or G (1024, 1024^2, 1024^3; any case).
 */
bool numbers_parse_bytes(const char *s, uint64_t *out);

#endif /* LEAKSHIM_COMMON_NUMBERS_H */
