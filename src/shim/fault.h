/*
 * fault.h - what the shim could not do, counted
 *
 * A hook never prints, never ends the process and never guesses: it counts a
 * fault and goes on.  Non-zero counters end up in coverage.missed of the
 * report, with the words of fault.def.
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  never
 *   locks      none (relaxed atomic add)
 *   signals    safe
 */
#ifndef LEAKSHIM_SHIM_FAULT_H
#define LEAKSHIM_SHIM_FAULT_H

#include <stdint.h>

enum fault {
#define FAULT(name, what, why) FAULT_##name,
#include "shim/fault.def"
#undef FAULT
	FAULTS
};

void fault_count(enum fault f);
uint64_t fault_number(enum fault f);

/* "blocks", "the side table is full": stable words for the report. */
const char *fault_what(enum fault f);
const char *fault_why(enum fault f);

#endif /* LEAKSHIM_SHIM_FAULT_H */
