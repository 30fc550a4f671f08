/*
 * write_baseline.h - a baseline for committing
 *
 * A report with nothing in it that differs from run to run or from machine to
 * machine, ordered by fingerprint, so that its next version differs in
 * what has changed.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3) and mmap(2)
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_WRITE_BASELINE_H
#define LEAKSHIM_CLI_WRITE_BASELINE_H

struct report;
struct verdict;

/*
 * Write the findings of r that are new or known, and that the verdict concerns,
 * to the file, and say what has changed in it.  The exit status; an existing
 * file that is not a report is left alone.
 */
int write_baseline(const char *path, const struct report *r,
		   const struct verdict *v);

#endif /* LEAKSHIM_CLI_WRITE_BASELINE_H */
