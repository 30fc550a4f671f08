/*
 * compare.h - two reports side by side, finding by finding
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  the arena that is passed
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_COMPARE_H
#define LEAKSHIM_CLI_COMPARE_H

#include <stddef.h>

struct arena;
struct finding;
struct report;

enum compare_class {
	COMPARE_NEW, /* only in the second */
	/* in both, with more islands or objects (report/counts.h) */
	COMPARE_GROWN,
	COMPARE_KNOWN, /* in both */
	COMPARE_FIXED, /* only in the first */
	COMPARE_CLASSES
};

struct compare_pair {
	enum compare_class class;
	const struct finding *before, *after; /* one may be NULL */
};

struct compare {
	struct compare_pair *pairs; /* in the order of the classes */
	size_t n;
	size_t counts[COMPARE_CLASSES];
};

/*
 * Findings that are suppressed or older than the program are in neither; one
 * that is suppressed in `after' is not fixed.
 */
void compare_reports(struct arena *a, const struct report *before,
		     const struct report *after, struct compare *out);

#endif /* LEAKSHIM_CLI_COMPARE_H */
