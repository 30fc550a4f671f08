/*
 * advice_cut.h - which edge of a cycle to break
 *
 * Any edge would do, but in a program one of them is meant to be weak.  In
 * order: the way to an exception that holds its own frame, a reference back or
 * up, a bound method on its own instance, a generator, a closure, a class, the
 * attribute that closes the cycle, the container that does.
 *
 * Contract of every function here:
 *   side       analysis child and tool
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_ADVICE_CUT_H
#define LEAKSHIM_REPORT_ADVICE_CUT_H

#include <stdbool.h>

#include "report/report.h"

enum cut_way {
	CUT_NONE, /* no edge has a name */
	CUT_EXCEPTION,
	CUT_ATTRIBUTE,
	CUT_METHOD,
	CUT_GENERATOR,
	CUT_CLOSURE,
	CUT_CLASS, /* its edge cannot be broken: the class is made too often */
	CUT_CONTAINER,
};

struct cut {
	enum cut_way way;
	const struct report_edge *edge; /* one of f->cycle; NULL: CUT_NONE */
};

struct cut cut_find(const struct finding *f);

/* Has it a type of the builtins module?  Those know no weak references. */
bool cut_is_built_in(const struct report_edge *e);

/* The member of the cycle that e leads to. */
const struct report_edge *cut_next(const struct finding *f,
				   const struct report_edge *e);

/* Does the edge's name begin so? */
bool cut_starts(const struct report_edge *e, const char *start);

#endif /* LEAKSHIM_REPORT_ADVICE_CUT_H */
