/*
 * jsonwriter.h - JSON, member by member, laid out for people to read
 *
 * The writer adds commas, line ends and indentation.  A member follows the
 * previous one, or with jsonwriter_line() is on a line of its own; a bracket
 * that was opened over several lines is closed on one.
 *
 * A key of NULL is for the members of an array.
 *
 * Contract of every function here:
 *   side       analysis child and tool
 *   allocates  the buf's memory
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_JSONWRITER_H
#define LEAKSHIM_REPORT_JSONWRITER_H

#include <stdbool.h>
#include <stdint.h>

struct buf;

struct jsonwriter {
	struct buf *out;
	int depth;
	bool has_member; /* a comma is due */
	bool wants_line; /* the next member has its own line */
	uint64_t lines;  /* of each open bracket, the innermost in bit 0 */
};

/* The next member is on a line of its own. */
void jsonwriter_line(struct jsonwriter *w);

/* '{' or '[', and its counterpart. */
void jsonwriter_begin(struct jsonwriter *w, const char *key, char bracket);
void jsonwriter_end(struct jsonwriter *w, char bracket);

void jsonwriter_string(struct jsonwriter *w, const char *key,
		       const char *value); /* NULL: null */
void jsonwriter_number(struct jsonwriter *w, const char *key,
		       int64_t v); /* REPORT_UNKNOWN: null */
void jsonwriter_truth(struct jsonwriter *w, const char *key,
		      int v); /* below 0: null */
void jsonwriter_seconds(struct jsonwriter *w, const char *key,
			double v); /* below 0: null */
void jsonwriter_address(struct jsonwriter *w, const char *key,
			uint64_t address); /* "0x7f..."; 0: null */
void jsonwriter_null(struct jsonwriter *w, const char *key);

#endif /* LEAKSHIM_REPORT_JSONWRITER_H */
