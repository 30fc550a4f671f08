/*
 * inspector.h - a check, run by a clone of the process
 *
 * inspector_begin() clones the process (no fork handlers, no SIGCHLD, no
 * descriptor): the program is paused for that alone, plus, where a collection
 * follows, until the clone has found what is unreachable.  The clone keeps the
 * heap as it was and waits; inspector_compare() lets a second clone tell which
 * of it outlived the interpreter's last collection; inspector_end() lets the
 * first one write the report.  With isolate=0 all of it happens in the process
 * itself.
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
#include <stddef.h>
#include <stdint.h>

struct inspector_request {
	const char *trigger; /* as in the report */
	bool collection_follows;
	uint32_t since;   /* an epoch: what is older is left out; 0: all */
	uint32_t until;   /* ... and what is not: 0: nothing */
	const char *path; /* instead of log_path, or NULL */
	/* path is JSON, and this text: exactly so named. */
	const char *text_path;
	/*
	 * The program goes on once it has been cloned: then inspector_let_go().
	 */
	bool goes_on;
	uint64_t held_since_ns; /* ... and has stood still since; 0: from now */
	/*
	 * From a signal handler, the only thread at rest (gil_is_at_rest()) and
	 * in a system call: the clone's stack.  NULL: not so.
	 */
	void *stack;
	size_t stack_bytes;
};

/*
 * Checks while the program runs: one at a time.  False: another one is under
 * way.  The check at the end does not ask.
 */
bool inspector_take_turn(void);
void inspector_end_turn(void);

/*
 * Begin a check.  False when there will be no report: the reason has been
 * reported.  A check that was begun and never ended is given up.
 */
bool inspector_begin(const struct inspector_request *request);

/*
 * With goes_on, once inspector_begin() has returned: the GIL is about to be
 * released.  The time until now is the pause in the report, which the clone may
 * now write.
 */
void inspector_let_go(void);

/* The program is stopped again, from now until the next let_go(). */
void inspector_hold(void);

/* With goes_on: would inspector_end() come back at once? */
bool inspector_is_over(void);

/* Wait until it would.  The GIL is not needed. */
void inspector_wait(void);

/* How many suspects there are, for the collection that may follow. */
size_t inspector_suspects(void);

/* After the last collection: find out what survived it. */
void inspector_compare(void);

/* There will be no more facts: let the report be written meanwhile. */
void inspector_order(void);

/*
 * Wait until the report is written; the number of failing findings in it, or
 * -1: there is none (this has been reported).  Otherwise *is_written says
 * whether it is complete.
 */
int inspector_end(bool *is_written);

/* End the check that was begun, without a report. */
void inspector_give_up(void);

/* In a fork()ed child: the check under way is the parent's. */
void inspector_forget(void);

#endif /* LEAKSHIM_SHIM_INSPECTOR_H */
