/*
 * suggest.h - what a mistyped word was meant to be
 *
 * Contract of every function here:
 *   side       shim and tool
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_COMMON_SUGGEST_H
#define LEAKSHIM_COMMON_SUGGEST_H

#include <stddef.h>

/*
 * The candidate that two typing errors or fewer lead to (one for words of up
 * to three letters), or that starts with the word; NULL if none is that near.
 * candidate(i) is NULL past the last one.
 */
const char *suggest(const char *word, const char *(*candidate)(size_t i));

#endif /* LEAKSHIM_COMMON_SUGGEST_H */
