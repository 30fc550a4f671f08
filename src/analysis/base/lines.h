/*
 * lines.h - the lines of a file under /proc, without stdio
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_LINES_H
#define LEAKSHIM_ANALYSIS_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINES_BYTES = 4352 }; /* a path and more; what is longer is cut */

struct lines {
	int fd;
	size_t n, at;
	char data[16384];
};

/* False when the file cannot be opened. */
bool lines_open(struct lines *r, const char *path);

/* The next line without its end; false at the end of the file. */
bool lines_next(struct lines *r, char line[LINES_BYTES]);

void lines_close(struct lines *r);

/* The number in hexadecimal digits at s, and what stands behind it. */
const char *lines_hex(const char *s, uintptr_t *out);

#endif /* LEAKSHIM_ANALYSIS_LINES_H */
