/*
 * fingerprint.h - what makes two findings the same from run to run
 *
 * Kind, reason, the cause and its place.  The cause is the types of the ring of
 * a cycle, sorted and without duplicates, or the type of the head of what is
 * lost, and for lost memory the first C function outside the C and C++
 * libraries.  The place is the five innermost frames of its allocation outside
 * the standard library (or, where there are no others, inside), a recursion
 * counting as one.  What merely hangs off the cause is not part of it; nor is
 * an address, process ID, line number, order of discovery or path of a machine.
 *
 * Contract of every function here:
 *   side       analysis child and tool
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_FINGERPRINT_H
#define LEAKSHIM_REPORT_FINGERPRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/report.h"

/*
 * Write f->fingerprint; stdlib is the directory of the standard library, cwd
 * the working directory; either may be NULL.
 */
void fingerprint_make(struct finding *f, const char *stdlib, const char *cwd);

/*
 * Is there more in it than types?  If not, it is the same in every program, and
 * a baseline allows only as many as it has.
 */
bool fingerprint_has_place(const struct finding *f);

/* A hash of the place: the n frames, innermost first. */
uint64_t fingerprint_place(const struct report_line *lines, size_t n,
			   const char *stdlib, const char *cwd);

/*
 * The part of a file's path that is the same on every machine: relative to the
 * packages' directory or to cwd, else the name alone.  Points into file.
 */
const char *fingerprint_file(const char *file, const char *cwd);

/*
 * Does the file belong to the standard library, and not to the packages that
 * are installed inside its directory?
 */
bool is_stdlib_file(const char *file, const char *stdlib);

#endif /* LEAKSHIM_REPORT_FINGERPRINT_H */
