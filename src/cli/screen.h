/*
 * screen.h - the tool's --suppressions= and --baseline=
 *
 * Applied to each report before it is merged, with the code of the shim
 * (report/filter.h): a rule sees the frames of every process, not only those
 * that the merged report shows.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3) and mmap(2)
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_SCREEN_H
#define LEAKSHIM_CLI_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/baseline.h"
#include "common/suppressions.h"

struct arena;
struct report;
struct screen_seen;

struct screen {
	const char *rules_name, *baseline_name; /* or NULL */
	struct suppressions rules;
	struct baseline baseline;
	int64_t today;
	struct screen_seen *seen; /* what each rule has counted */
};

/*
 * Read the files; either may be NULL. 0, or -1 after a complaint.  Lines that
 * are not rules are reported and counted in rules.faults; the others are in
 * force.
 */
int screen_open(struct screen *s, const char *suppressions,
		const char *baseline);

/* For inputs_read(): give the report's findings their states. */
void screen_look(struct report *r, void *screen);

/*
 * For the merged report: findings that the baseline knew in each part are new
 * if there are too many of them in all.
 */
void screen_result(const struct screen *s, struct report *r);

/* What the rules did, in addition to what is in the merged report. */
void screen_rows(struct screen *s, struct arena *a, struct report *r);

void screen_close(struct screen *s);

#endif /* LEAKSHIM_CLI_SCREEN_H */
