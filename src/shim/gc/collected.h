/*
 * collected.h - the cyclic garbage that collections free (collected=1)
 *
 * When a collection starts, what it will free is analysed here; nothing is kept
 * alive for that.  Findings are added up by fingerprint over the whole run,
 * separately for each epoch of the side table, so that a check since a mark
 * knows what was allocated after it.
 *
 * Contract of every function here:
 *   side       the target, the GIL held; collected_walk() also the clone
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_COLLECTED_H
#define LEAKSHIM_SHIM_COLLECTED_H

#include <stdbool.h>
#include <stdint.h>

#include "report/report.h"

/* In addition to the option: a caller wants to know; calls are counted. */
void collected_want(bool wants);

bool collected_is_wanted(void);

/* A collection of this generation and the younger ones is about to start. */
void collected_note(int generation);

/* What was freed and had been allocated in the epoch `since' or later. */
void collected_walk(uint32_t since,
		    void (*each)(const struct finding *f, bool is_own,
				 void *ctx),
		    void *ctx);

/* Islands that were not added up, because there were too many kinds of them. */
int64_t collected_dropped(void);

/*
 * In a fork()ed child, because what the parent's collections freed is the
 * parent's; and when watching ends.
 */
void collected_forget(void);

#endif /* LEAKSHIM_SHIM_COLLECTED_H */
