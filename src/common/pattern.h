/*
 * pattern.h - the patterns of suppressions
 *
 * As in LeakSanitizer: a pattern matches anywhere in the text, `*' stands for
 * any number of bytes, and `^' at the beginning and `$' at the end anchor it.
 * No other character is special.
 *
 * Contract of every function here:
 *   side       analysis child and tool
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_COMMON_PATTERN_H
#define LEAKSHIM_COMMON_PATTERN_H

#include <stdbool.h>

/* Does the pattern match?  NULL and the empty text match nothing. */
bool pattern_match(const char *pattern, const char *text);

#endif /* LEAKSHIM_COMMON_PATTERN_H */
