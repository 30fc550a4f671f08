/*
 * inputs.h - the reports that a command line names
 *
 * A name is a file, a directory or `-' for standard input.  Every file in and
 * below a directory that is a report is read, whatever its name; others are
 * passed over, as are names that begin with a dot.  One report is in memory at
 * a time.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3)
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_INPUTS_H
#define LEAKSHIM_CLI_INPUTS_H

struct merge;
struct report;

/* Called with each report before it is merged; may change its findings. */
struct inputs_look {
	void (*look)(struct report *r, void *ctx);
	void *ctx;
};

/*
 * Add the reports that the n names stand for to *m. 0; or -1 after a complaint
 * for each file that is not a report and each directory without one: the others
 * have been added nevertheless.
 */
int inputs_read(char *const *names, int n, const struct inputs_look *look,
		struct merge *m);

#endif /* LEAKSHIM_CLI_INPUTS_H */
