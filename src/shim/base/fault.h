/*
 * fault.h - what the shim could not do, counted
 *
 * A hook never prints, never ends the process and never guesses: it counts a
 * fault and goes on.  Non-zero counters end up in coverage.missed of the
 * report, with the words of report/omissions.def.
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

struct omissions;

enum fault {
#define FAULT(name, what, why, asked) FAULT_##name,
#define OMISSION(name, what, why, asked)
#include "report/omissions.def"
#undef FAULT
#undef OMISSION
	FAULTS
};

void fault_count(enum fault f);
uint64_t fault_number(enum fault f);

/* All that were counted. */
void fault_omissions(struct omissions *out);

#endif /* LEAKSHIM_SHIM_FAULT_H */
