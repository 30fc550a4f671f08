/*
 * verdict.h - which findings of a report fail: --fail_on= and --max=
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_VERDICT_H
#define LEAKSHIM_CLI_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/options.h"

struct finding;
struct report;

enum { VERDICT_MAX_LIMITS = 32, VERDICT_KIND_BYTES = 64 };

struct verdict_limit {
	char kinds[VERDICT_KIND_BYTES]; /* KIND, KIND/REASON or all */
	int64_t most;                   /* new findings that may be */
	int64_t found;
};

struct verdict {
	struct options options; /* only fail_on counts */
	struct verdict_limit limits[VERDICT_MAX_LIMITS];
	size_t n_limits;
};

void verdict_init(struct verdict *v);

/* The values of the options.  0, or -1 after a complaint. */
int verdict_set_fail_on(struct verdict *v, const char *value);
int verdict_add_limit(struct verdict *v, const char *value);

/* Is it a finding for a gate, whatever its state? */
bool verdict_concerns(const struct verdict *v, const struct finding *f);

/* Mark what fails; returns how many. */
size_t verdict_judge(struct verdict *v, struct report *r);

#endif /* LEAKSHIM_CLI_VERDICT_H */
