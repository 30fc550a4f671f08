/*
 * escape.h - escape a program's bytes for a format
 *
 * Two steps: first as they can stand on a line of text (buf_shown(): control
 * characters spelled out, valid UTF-8), then whatever has a meaning in the
 * format is replaced.  Hence no newline ever comes out.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  the buf's memory
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_FORMATS_ESCAPE_H
#define LEAKSHIM_FORMATS_ESCAPE_H

#include <stddef.h>

struct buf;

enum escape {
	ESCAPE_XML,      /* text and quoted attributes; HTML and SVG as well */
	ESCAPE_DOT,      /* a quoted string of Graphviz */
	ESCAPE_FOLDED,   /* one frame of a folded stack */
	ESCAPE_LABEL,    /* the quoted value of an OpenMetrics label */
	ESCAPE_GITHUB,   /* the message of a workflow command */
	ESCAPE_PROPERTY, /* a property of one */
	ESCAPES
};

/* NULL is put as nothing. */
void escape_put(struct buf *out, const char *s, enum escape how);

/* The first n bytes of s. */
void escape_putn(struct buf *out, const char *s, size_t n, enum escape how);

/* Every line of s: its ends of lines stay. */
void escape_lines(struct buf *out, const char *s, enum escape how);

/* What out has from `start' on, which is one line that can be shown. */
void escape_from(struct buf *out, size_t start, enum escape how);

/* A path as (part of) a URI: whatever is not plain becomes %XX. */
void escape_uri(struct buf *out, const char *path);

#endif /* LEAKSHIM_FORMATS_ESCAPE_H */
