/*
 * rounds.h - the number of the round of recycling (recycle.h)
 *
 * Whoever remembers a stack or a copy of a code object does so until it
 * changes.
 *
 * Contract: plain data; written with the GIL held, or where nothing is
 * recorded.
 */
#ifndef LEAKSHIM_SHIM_ROUNDS_H
#define LEAKSHIM_SHIM_ROUNDS_H

#include <stdint.h>

extern uint32_t rounds_now;

#endif /* LEAKSHIM_SHIM_ROUNDS_H */
