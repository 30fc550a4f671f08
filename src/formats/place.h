/*
 * place.h - the one file and line that a finding is shown at
 *
 * Annotations and code scanning want a single place.  It is the innermost
 * frame of the allocation in the program's own code, neither the standard
 * library's nor an installed package's; failing that the best that is known.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_FORMATS_PLACE_H
#define LEAKSHIM_FORMATS_PLACE_H

#include <stdbool.h>

#include "report/report.h"

struct place {
	const char *file;     /* never NULL */
	const char *function; /* or NULL */
	int line;             /* below 1: unknown */
};

/* False when not even the program's file is known. */
bool place_find(const struct report *r, const struct finding *f,
		struct place *out);

/* "<string>" and "<frozen importlib._bootstrap>" are not files. */
bool place_is_file(const char *file);

/* The path from root on, when it is below that. */
const char *place_relative(const char *file, const char *root);

#endif /* LEAKSHIM_FORMATS_PLACE_H */
