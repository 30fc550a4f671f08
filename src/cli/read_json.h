/*
 * read_json.h - fields of JSON objects, with one complaint for all
 *
 * A reader remembers the first field that is not what it should be; the
 * functions go on with harmless values, and the caller looks once at the end.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  strings and lists from the reader's arena
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_READ_JSON_H
#define LEAKSHIM_CLI_READ_JSON_H

#include <jansson.h>
#include <stdint.h>

struct arena;

/* Thirty years.  In microseconds it is a whole number, to a double as well. */
enum { READ_MOST_SECONDS = 1000000000 };

struct reader {
	struct arena *arena;
	const char *field;   /* the first bad one */
	const char *problem; /* "is missing", "is not a number"; NULL: none */
};

void read_fail(struct reader *r, const char *field, const char *problem);

/* null is NULL, REPORT_UNKNOWN, -1 and -1. */
const char *read_string(struct reader *r, const json_t *o, const char *key);
int64_t read_integer(struct reader *r, const json_t *o, const char *key);
/* One that can be neither null nor below 0. */
int64_t read_count(struct reader *r, const json_t *o, const char *key);
int read_truth(struct reader *r, const json_t *o, const char *key);
double read_seconds(struct reader *r, const json_t *o, const char *key);

/* A list of integers; no member of it can be null. */
const int64_t *read_integers(struct reader *r, const json_t *o,
			     const char *key, size_t *n);

/* Borrowed; NULL after a complaint (or for null). */
const json_t *read_object(struct reader *r, const json_t *o, const char *key);
const json_t *read_array(struct reader *r, const json_t *o, const char *key);

#endif /* LEAKSHIM_CLI_READ_JSON_H */
