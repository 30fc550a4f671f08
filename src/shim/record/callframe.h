/*
 * callframe.h - the size of a function's frame at a call
 *
 * From the unwind tables that every library of the system has (.eh_frame; DWARF
 * 5, section 6.4, and the Linux Standard Base, "Exception Frames").  Only
 * frames that are found from the stack pointer by a constant are known: nearly
 * all of the C and C++ libraries.
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_SHIM_CALLFRAME_H
#define LEAKSHIM_SHIM_CALLFRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct callframe_tables {
	const void *header;   /* .eh_frame_hdr, or NULL */
	uintptr_t start, end; /* what is mapped of the module */
};

/*
 * ip is a return address into the module that has the tables. *size: from the
 * stack pointer there to the address behind the frame's own return address.
 * False: it is not known.
 */
bool callframe_size(const struct callframe_tables *t, uintptr_t ip,
		    size_t *size);

#endif /* LEAKSHIM_SHIM_CALLFRAME_H */
