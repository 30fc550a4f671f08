/*
 * backtrace.h - the backtrace of a finding, Python and native frames as one
 *
 * A report has two lists: where the native one passes through the interpreter
 * loop, the Python frames that it runs are inserted.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  the arena
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_FORMATS_BACKTRACE_H
#define LEAKSHIM_FORMATS_BACKTRACE_H

#include <stdbool.h>
#include <stddef.h>

#include "report/report.h"

struct arena;
struct buf;

struct frame {
	const char *function;               /* or NULL */
	const char *file;                   /* or NULL */
	int line;                           /* below 1: unknown */
	const struct report_native *native; /* NULL: a Python frame */
};

/* Innermost first; *n is 0 when there is none or no memory. */
struct frame *backtrace_of(struct arena *a, const struct finding *f, size_t *n);

/* "function (file:line)", "function (module)", "module+0x1f0"; not escaped. */
void frame_put(struct buf *out, const struct frame *p);

/* The same function at the same line? */
bool frame_is_same(const struct frame *x, const struct frame *y);

#endif /* LEAKSHIM_FORMATS_BACKTRACE_H */
