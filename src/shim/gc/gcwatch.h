/*
 * gcwatch.h - the interpreter's own collections, observed
 *
 * From 3.3 on, a function in gc.callbacks is called when a collection starts
 * and stops; for a shared 2.7 see gcwatch27.h; those of a static one are not
 * counted.
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

/*
 * ended() is called when a collection has, and the heap is in order; is_last:
 * it was the interpreter's last one of everything.
 */
void gcwatch_install(void *gc, void (*ended)(bool is_last));

/* Stop the interpreter from calling us (detach). */
void gcwatch_remove(void *gc);

/*
 * For gcwatch27.c: it tells of collections from now on; one is under way, or
 * not any more; one has ended, after so long; and look at the debug flags.
 */
void gcwatch_counts(void);
void gcwatch_collects(bool now);
void gcwatch_collected(int generation, uint64_t ns);
void gcwatch_note_flags(void);

/* gc.isenabled(), gc.get_debug() and len(gc.garbage) now, read again. */
struct gcwatch_state {
	int enabled;         /* 1, 0, -1 */
	int64_t debug_flags; /* REPORT_UNKNOWN when it cannot be read */
	void *garbage;       /* the list, borrowed, or NULL */
	int64_t n_garbage;
	bool saveall_now;  /* DEBUG_SAVEALL is set */
	bool saveall_seen; /* ... or was, or that cannot be ruled out (2.7) */
};

void gcwatch_look(struct gcwatch_state *out);

/*
 * What can be found out without calling Python, after a gcwatch_look(); the
 * rest is unknown.  The GIL is not needed, but no other thread may have it.
 */
void gcwatch_recall(struct gcwatch_state *out);

/* gc.isenabled() */
bool gcwatch_is_enabled(void);

/* gc.DEBUG_SAVEALL is set: collections free nothing. */
bool gcwatch_is_keeping_all(void);

/*
 * One is under way: objects are in no list, or in none that we know.  (Not
 * known for a 2.7 that is static or was attached to.)
 */
bool gcwatch_is_collecting(void);

/* Is a collection expected when the interpreter is finalized? */
bool gcwatch_will_collect_at_end(void);

/*
 * What was counted, for the report; false where it is not known (a static 2.7).
 * What 2.7 freed is not known.
 */
bool gcwatch_generations(struct report_generation out[3]);

#endif /* LEAKSHIM_SHIM_GCWATCH_H */
