/*
 * omissions.h - what a check left out, and whether that was asked for
 *
 * Code that skips a part of a check notes it here; omissions.def lists what can
 * be skipped.  A part that was asked for and has no row looks like "no leak",
 * so there must be no other way to skip one.
 *
 * Contract of every function here:
 *   side       shim, analysis child
 *   allocates  never: that memory is out is one of the rows
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_OMISSIONS_H
#define LEAKSHIM_REPORT_OMISSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "report/report.h"

struct options;

enum omission {
#define OMISSION(name, what, why, asked) OMISSION_##name,
#define FAULT(name, what, why, asked) OMISSION_##name,
#include "report/omissions.def"
#undef OMISSION
#undef FAULT
	OMISSIONS
};

/* All zero: nothing was left out. */
struct omissions {
	struct {
		int64_t count;   /* how many */
		const char *why; /* borrowed; NULL: as the list has it */
		bool is_whole;   /* the part was not done at all */
	} of[OMISSIONS];
};

/* n more of them were left out; 0 is not an omission. */
void omissions_count(struct omissions *m, enum omission which, int64_t n);

/* Why, instead of what the list has; it must live as long as the report. */
void omissions_explain(struct omissions *m, enum omission which,
		       const char *why);

/* The part was not done.  why: a static text, NULL: the list's. */
void omissions_note(struct omissions *m, enum omission which, const char *why);

/* It was done after all. */
void omissions_drop(struct omissions *m, enum omission which);

bool omissions_has(const struct omissions *m, enum omission which);

/*
 * Make them the rows of r->missed, which are kept in a static place of their
 * own: the last report's.  r->findings must be there.
 */
void omissions_fill(const struct omissions *m, const struct options *o,
		    struct report *r);

#endif /* LEAKSHIM_REPORT_OMISSIONS_H */
