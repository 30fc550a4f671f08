/*
 * read_json.h - fields of JSON objects, with one complaint for all
 *
 * A field that is not as it should be is taken as unknown, and is not a reason
 * to refuse the rest: the reader remembers the first one as a doubt.  It is a
 * problem only if the report cannot be judged without it.  The functions go on
 * with harmless values, and the caller looks once at the end.
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
#include <stdbool.h>
#include <stdint.h>

struct arena;

/* Thirty years.  In microseconds it is a whole number, to a double as well. */
enum { READ_MOST_SECONDS = 1000000000 };

struct reader {
	struct arena *arena;
	const char *field;    /* the first that cannot be done without */
	const char *problem;  /* "is missing", "is not a number"; NULL: none */
	const char *doubtful; /* the first that is not known instead */
	const char *doubt;    /* what it is; NULL: none */
	size_t n_doubts;
};

void read_fail(struct reader *r, const char *field, const char *problem);
void read_doubt(struct reader *r, const char *field, const char *doubt);

/* For null, and for an invalid value: NULL, REPORT_UNKNOWN, -1 and -1. */
const char *read_string(struct reader *r, const json_t *o, const char *key);
int64_t read_integer(struct reader *r, const json_t *o, const char *key);
/* One that cannot be below 0. */
int64_t read_count(struct reader *r, const json_t *o, const char *key);
int read_truth(struct reader *r, const json_t *o, const char *key);
double read_seconds(struct reader *r, const json_t *o, const char *key);

/* A list of integers. */
const int64_t *read_integers(struct reader *r, const json_t *o, const char *key,
			     size_t *n);

/* Borrowed; NULL for null, and for an invalid value. */
const json_t *read_object(struct reader *r, const json_t *o, const char *key);
const json_t *read_array(struct reader *r, const json_t *o, const char *key);

/* Let the JSON library note when malloc(3) fails, and forget that it has. */
void read_watch_memory(void);

/* Has it failed since? */
bool read_lacked_memory(void);

#endif /* LEAKSHIM_CLI_READ_JSON_H */
