/*
 * words.h - words that options accept
 *
 * Contract of every function here:
 *   side       shim and tool
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_COMMON_WORDS_H
#define LEAKSHIM_COMMON_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* Are the n bytes at s "KIND", "KIND/REASON" (of that kind) or "all"? */
bool words_are_kind(const char *s, size_t n);

/* The number of a signal given as "USR2", "SIGUSR2" or "12"; -1 if none. */
int words_signal(const char *s);

#endif /* LEAKSHIM_COMMON_WORDS_H */
