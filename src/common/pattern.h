/*
 * pattern.h - the patterns of suppressions
 *
 * As LeakSanitizer has them: a pattern is looked for anywhere in the text, `*'
 * stands for any number of bytes, `^' at the beginning and `$' at the end tie
 * it to that end of the text.  Nothing else has a meaning.
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
