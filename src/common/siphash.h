/*
 * siphash.h - IDs that distinguish things without revealing them
 *
 * SipHash-2-4 of whole words: without the key, nothing can be learnt about
 * them.
 *
 * Contract of every function here:
 *   side       shim, analysis child and tool
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_COMMON_SIPHASH_H
#define LEAKSHIM_COMMON_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t siphash(const uint64_t key[2], const uint64_t *words, size_t n);

#endif /* LEAKSHIM_COMMON_SIPHASH_H */
