/*
 * suppressions.h - rules for findings that must not fail
 *
 * One rule per line, in LeakSanitizer's syntax with a few more words
 * (leakshim-suppressions(5)):
 *
 *     leak:PATTERN            KIND:PATTERN            KIND/REASON:PATTERN
 *     type:PATTERN            fingerprint:ID
 *     until=2027-01-31 leak:PATTERN
 *
 * A `#' at the beginning of a line or after a blank starts a comment.  A line
 * that is not a rule is reported and ignored; the others are in force.  What a
 * rule means for a finding is in report/filter.h.
 *
 * Contract of every function here:
 *   side       shim and tool
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_COMMON_SUPPRESSIONS_H
#define LEAKSHIM_COMMON_SUPPRESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"

struct buf;

enum suppression_subject {
	SUPPRESSION_ANY, /* frames, files, modules and types */
	SUPPRESSION_TYPE,
	SUPPRESSION_FINGERPRINT,
};

#define SUPPRESSION_FOREVER INT64_MAX

struct suppression {
	const char *text;  /* the rule as it is written */
	int line;          /* of the file */
	const char *kinds; /* "all", KIND or KIND/REASON */
	enum suppression_subject subject;
	const char *pattern;
	int64_t until; /* days since 1970: it is over from that day on */
	/* Statistics, counted by the code that matches. */
	bool is_used;                     /* it matched, expired or not */
	int64_t findings, objects, bytes; /* suppressed, or would have been */
};

struct suppressions {
	struct arena arena;
	struct suppression *rules;
	size_t n;
	int faults; /* lines that are not rules */
};

enum { SUPPRESSIONS_MAX_BYTES = 1 << 20 };

/*
 * Parse the n bytes of the file `name'.  Each bad line adds one to *complaints:
 * "leakshim: NAME:LINE:COLUMN: WHAT"; only the first ones if there are very
 * many.  False when memory is out.
 */
bool suppressions_parse(struct suppressions *s, const char *name,
			const char *text, size_t n, struct buf *complaints);

/* Has its day come? */
bool suppression_is_over(const struct suppression *rule, int64_t today);

void suppressions_fini(struct suppressions *s);

#endif /* LEAKSHIM_COMMON_SUPPRESSIONS_H */
