/*
 * symbolizer.h - files and lines of native frames, asked of the command
 *
 * The library reads no debug information.  Where LEAKSHIM_SYMBOLIZER names the
 * command (`leakshim run' sets it), the child that writes the report asks it.
 *
 * Contract:
 *   side       analysis child; starts a process and ends it
 *   allocates  the arena, and a buf's memory
 *   locks      none
 *   signals    blocked there
 */
#ifndef LEAKSHIM_SHIM_SYMBOLIZER_H
#define LEAKSHIM_SHIM_SYMBOLIZER_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct report;

/*
 * Fill in what can be had until until_ns (CLOCK_MONOTONIC), advice (advice.h)
 * included.
 */
void symbolizer_fill(struct arena *a, struct report *r, bool is_python3,
		     uint64_t until_ns);

#endif /* LEAKSHIM_SHIM_SYMBOLIZER_H */
