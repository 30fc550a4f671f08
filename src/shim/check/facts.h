/*
 * facts.h - what a report contains besides its findings
 *
 * Gathered in the process, under the GIL, just before it is cloned; the clone
 * must not ask Python anything.
 *
 * Contract of every function here:
 *   side       shim, the GIL held (facts_fill(): the clone)
 *   allocates  never; facts_fill() from the arena
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_FACTS_H
#define LEAKSHIM_SHIM_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/base/source.h"
#include "common/arena.h"
#include "report/omissions.h"
#include "report/report.h"
#include "shim/gc/gcwatch.h"

enum { SECONDS_OF_DAY = 86400 };

struct facts {
	const char *trigger;   /* static */
	int number;            /* of the report in this process, from 1 */
	uint32_t since;        /* the first epoch asked about; 0: all */
	uint32_t until;        /* ... and the first that is not; 0: all are */
	const char *path;      /* log_path, or what the caller named instead */
	bool is_chosen;        /* ... */
	const char *text_path; /* for the text as well, or NULL */
	bool is_later_process; /* not the first of its run: names differ */
	int64_t time;          /* seconds since the epoch */
	uint64_t started_ns;   /* CLOCK_MONOTONIC */
	uint64_t pause_ns;     /* the program stood still, to clone it */
	const char *survival_unknown; /* why survivors will not be known */
	size_t n_interpreters_left;   /* whose lists are not looked at */
	struct gcwatch_state gc;
	bool has_generations;
	struct report_generation generations[GENERATIONS];
	int thresholds[GENERATIONS];
	char stdlib[4096]; /* directory of the standard library, or empty */
};

/*
 * path: where the report goes, instead of log_path; or NULL.  is_at_rest: in a
 * signal handler, without the GIL (gil_is_at_rest()).
 */
void facts_gather(struct facts *f, const char *trigger, const char *path,
		  bool is_at_rest);

/*
 * What the analysis is given; points into f and into the process's tables.
 * order: enum order of inspection.h, for the analysis to obey.
 */
void facts_source(struct source *s, struct facts *f,
		  const volatile uint32_t *order);

/*
 * why() says why something that was asked for is not done, or returns NULL: the
 * clone asks it.
 */
void facts_explain(enum omission which, const char *(*why)(void));

/* What the process could not do so far, whatever the analysis does. */
void facts_omissions(const struct facts *f, struct omissions *out);

/* Everything of a report that is not a finding or a number of the heap. */
void facts_fill(struct arena *a, const struct facts *f, struct report *r);

#endif /* LEAKSHIM_SHIM_FACTS_H */
