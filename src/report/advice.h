/*
 * advice.h - what to change
 *
 * The advice names the edge to break and how to break it, because the reader
 * sees the class and the attribute and wants to know which of the members to
 * change.
 *
 * Contract of every function here:
 *   side       analysis child and tool
 *   allocates  the arena, and a buf's memory while it works
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_ADVICE_H
#define LEAKSHIM_REPORT_ADVICE_H

#include "report/report.h"

struct arena;

/*
 * One sentence in lower case, without a full stop; is_python3: Python has
 * weakref.finalize, WeakMethod and __traceback__.  NULL when memory is out.
 */
const char *advice_for(struct arena *a, const struct finding *f,
		       bool is_python3);

#endif /* LEAKSHIM_REPORT_ADVICE_H */
