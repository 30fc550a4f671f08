/*
 * program.h - the program to attach to: where are the functions that we call?
 *
 * Read before anything is stopped.  Anything that is not exactly as expected
 * (another C library, not CPython, another shim) is a refusal.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3)
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ATTACH_PROGRAM_H
#define LEAKSHIM_ATTACH_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "attach/images.h"
#include "attach/processor.h"
#include "attach/refusal.h"
#include "attach/remote.h"
#include "common/attachpage.h"

enum program_kind {
	PROGRAM_UNKNOWN, /* its memory cannot be read */
	PROGRAM_CPYTHON,
	PROGRAM_OTHER,
};

struct program {
	struct remote memory;
	struct images images;
	struct refusal_facts facts;
	struct processor_landmarks landmarks;
	const struct image *libc, *loader, *allocator;
	uint64_t errno_location, create, detach;
	uint64_t dlopen, dlsym, dlerror, lock, unlock;
	int dlopen_flags;
	/* The shim in it; 0: there is none. */
	uint64_t serve, status, enter;
};

/* False, with the reason in why; then there is nothing to close. */
bool program_open(struct program *p, pid_t pid, char why[REFUSAL_BYTES]);
void program_close(struct program *p);

/* What its shim has published. */
bool program_status(const struct program *p, struct attach_status_page *out,
		    char why[REFUSAL_BYTES]);

/* Other reasons against it. */
enum program_kind program_kind(pid_t pid);

#endif /* LEAKSHIM_ATTACH_PROGRAM_H */
