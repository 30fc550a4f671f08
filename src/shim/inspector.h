/*
 * inspector.h - a check, run by a clone of the process
 *
 * inspector_begin() clones the process (no fork handlers, no SIGCHLD, no
 * descriptor): the program is paused for that alone, plus, at its end, until
 * the clone has found what is unreachable.  The clone keeps the heap as it was
 * and waits; inspector_compare() lets a second clone tell which of it outlived
 * the interpreter's last collection; inspector_end() lets the first one write
 * the report.  With isolate=0 all of it happens in the process itself.
 *
 * Contract of every function here:
 *   side       shim, the GIL held (inspector_end(): not needed)
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe; blocked while cloning
 */
#ifndef LEAKSHIM_SHIM_INSPECTOR_H
#define LEAKSHIM_SHIM_INSPECTOR_H

#include <stdbool.h>

/*
 * Begin a check; trigger as in the report.  False when there will be no
 * report: why has been said.
 */
bool inspector_begin(const char *trigger, bool collection_follows);

/* After the last collection: find out what survived it. */
void inspector_compare(void);

/* Nothing more will be found out: let the report be written meanwhile. */
void inspector_order(void);

/* Wait until the report is written; the number of failing findings in it. */
unsigned inspector_end(void);

/* In a fork()ed child: the check on its way is not ours. */
void inspector_forget(void);

#endif /* LEAKSHIM_SHIM_INSPECTOR_H */
