/*
 * target.h - what kind of program a command is
 *
 * Only what decides whether a library can be preloaded into it: ELF class and
 * machine, dynamic or static, which C library, raised privileges.  For a
 * script, its interpreter is examined.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3)
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_TARGET_H
#define LEAKSHIM_CLI_TARGET_H

#include <limits.h>
#include <stdbool.h>

struct target {
	char path[PATH_MAX];   /* absolute; of the interpreter for a script */
	char loader[PATH_MAX]; /* PT_INTERP, empty when static */
	bool is_found;
	bool is_elf;
	bool is_64_bit;
	bool is_this_machine;
	bool is_musl;
	bool is_setuid;
	bool has_capabilities;
};

/* Find the command on PATH and read it; false when there is none. */
bool target_read(const char *command, struct target *out);

/*
 * Why the shim cannot be in this program, with what to do; NULL when it can
 * (or nothing is known).  Static storage.
 */
const char *target_problem(const char *command);

#endif /* LEAKSHIM_CLI_TARGET_H */
