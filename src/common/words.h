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

/* The i-th kind, the i-th reason (of any kind); NULL past the last one. */
const char *words_kind(size_t i);
const char *words_reason(size_t i);

/*
 * The number of a signal given as "USR2", "SIGUSR2" (any case), "12", "RTMIN",
 * "RTMIN+3" or "RTMAX-3"; 0 for "0"; -1 for what is none or cannot be taken
 * from a program.
 */
int words_signal(const char *s);

#endif /* LEAKSHIM_COMMON_WORDS_H */
