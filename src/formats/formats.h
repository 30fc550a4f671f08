/*
 * formats.h - the formats of `leakshim report'
 *
 * A format is a function that appends a report to a buf, and a row of
 * formats.def.  Names, paths and arguments in a report are bytes that some
 * program chose: a writer passes each of them through escape.h (or the JSON
 * writer), also where it could hardly be anything but a word.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  the buf's memory, arenas of its own
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_FORMATS_FORMATS_H
#define LEAKSHIM_FORMATS_FORMATS_H

#include <stdbool.h>

struct buf;
struct report;

struct format_context {
	const char *root;  /* files below it are named from there; or NULL */
	bool has_colour;   /* text: it goes to a terminal */
	bool has_baseline; /* what is known was looked for just now */
};

struct format {
	const char *name;
	void (*write)(struct buf *out, const struct report *r,
		      const struct format_context *c);
	bool says_missed; /* what was asked for and not done has a place */
	const char *meaning;
};

/* NULL when there is no such format. */
const struct format *format_find(const char *name);

/* The formats in the order of --help; .name is NULL behind the last one. */
extern const struct format formats[];

#define FORMAT(name, function, says_missed, meaning)           \
	void function(struct buf *out, const struct report *r, \
		      const struct format_context *c);
#include "formats/formats.def"
#undef FORMAT

#endif /* LEAKSHIM_FORMATS_FORMATS_H */
