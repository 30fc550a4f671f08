/*
 * read_report.h - a JSON report back into the struct it was made from
 *
 * Contract: side tool; allocates malloc(3) and from the arena; no locks; not
 * signal-safe.
 */
#ifndef LEAKSHIM_CLI_READ_REPORT_H
#define LEAKSHIM_CLI_READ_REPORT_H

#include <stddef.h>

struct arena;
struct report;

/*
 * Read the file (`-': standard input).  0; or -1 after a complaint that says
 * what is wrong and where.  Strings of *out belong to the arena.
 */
int read_report(struct arena *a, const char *path, struct report *out);

/* As above, of n bytes of text. */
int read_report_text(struct arena *a, const char *name, const char *text,
		     size_t n, struct report *out);

#endif /* LEAKSHIM_CLI_READ_REPORT_H */
