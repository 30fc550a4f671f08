/*
 * rounds.h - the number of the round of recycling (recycle.h)
 *
 * Stacks and copies of code objects may be remembered until it changes.
 *
 * Contract: plain data; written with the GIL held, or where nothing is
 * recorded.
 */
#ifndef LEAKSHIM_SHIM_ROUNDS_H
#define LEAKSHIM_SHIM_ROUNDS_H

#include <stdint.h>

extern uint32_t rounds_now;

#endif /* LEAKSHIM_SHIM_ROUNDS_H */
