/*
 * gcwatch.h - the interpreter's own collections, observed
 *
 * From 3.3 on a function in gc.callbacks is told when a collection starts and
 * stops; for a shared 2.7 see gcwatch27.h; those of a static one stay uncounted.
 *
 * Contract of every function here:
 *   side       shim, the GIL held
 *   allocates  a callback object in gcwatch_install(); nothing per collection
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_GCWATCH_H
#define LEAKSHIM_SHIM_GCWATCH_H

#include <stdbool.h>

#include "report/report.h"

/* sees_containers: their allocation is interposed (2.7). */
void gcwatch_install(void *gc, bool sees_containers);

/* Let the interpreter call us no more (detach). */
void gcwatch_remove(void *gc);

/* For gcwatch27.c: one more collection; and look at the debug flags. */
void gcwatch_count(int generation, uint64_t ns);
void gcwatch_note_flags(void);

/*
 * Has a collection begun and not ended, in another thread?  Then objects stand
 * in lists that nobody sees.  (Not known where nobody tells us: 2.7.)
 */
bool gcwatch_is_collecting(void);

/* gc.isenabled(), gc.get_debug() and len(gc.garbage) now, read anew. */
struct gcwatch_state {
	int enabled;         /* 1, 0, -1 */
	int64_t debug_flags; /* REPORT_UNKNOWN when it cannot be read */
	void *garbage;       /* the list, borrowed, or NULL */
	int64_t n_garbage;
	bool saveall_now;  /* DEBUG_SAVEALL is set */
	bool saveall_seen; /* ... or was, or that cannot be ruled out (2.7) */
};

void gcwatch_look(struct gcwatch_state *out);

/* Is a collection expected when the interpreter is finalized? */
bool gcwatch_will_collect_at_end(void);

/*
 * What was counted, for the report; false where it is not known (a static 2.7).
 * What 2.7 freed is not known.
 */
bool gcwatch_generations(struct report_generation out[3]);

#endif /* LEAKSHIM_SHIM_GCWATCH_H */
