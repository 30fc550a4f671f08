/*
 * jsonscan.h - JSON read from front to back, without memory
 *
 * The shim has no JSON library and needs three fields of a report.  It walks
 * over the text and skips the rest, all of which must be JSON (RFC 8259)
 * nevertheless, because a truncated file must not pass for a complete one.
 *
 *     jsonscan_init(&j, text, n);
 *     more = jsonscan_open(&j, '{');
 *     while (more) {
 *             jsonscan_key(&j, key, sizeof key);
 *             jsonscan_skip(&j);
 *             more = jsonscan_next(&j, '}');
 *     }
 *
 * After the first fault every function returns false and `problem' is set.
 *
 * Contract of every function here:
 *   side       shim and tool
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_COMMON_JSONSCAN_H
#define LEAKSHIM_COMMON_JSONSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jsonscan {
	const char *start, *at, *end;
	const char *problem; /* what is wrong at `at', or NULL */
};

void jsonscan_init(struct jsonscan *j, const char *text, size_t n);

/* The next byte that is not a blank, not consumed; 0 at the end. */
char jsonscan_peek(struct jsonscan *j);

/* Go into '{' or '['; true if it has a member. */
bool jsonscan_open(struct jsonscan *j, char bracket);

/* After a member: true at a comma, false at the closing bracket. */
bool jsonscan_next(struct jsonscan *j, char bracket);

/*
 * A string, truncated if it is longer.  Escapes of non-ASCII characters become
 * '?'. false, and out empty, if there is none.
 */
bool jsonscan_string(struct jsonscan *j, char *out, size_t room);

/* A string and the colon behind it. */
bool jsonscan_key(struct jsonscan *j, char *out, size_t room);

/*
 * An integer that is not negative; one that is too large becomes the largest,
 * and any other value -1. false if there is none.
 */
bool jsonscan_count(struct jsonscan *j, int64_t *out);

/* Any value. */
bool jsonscan_skip(struct jsonscan *j);

/* Nothing but blanks follows. */
bool jsonscan_end(struct jsonscan *j);

bool jsonscan_fail(struct jsonscan *j, const char *problem);

/* Where `at' is: line and column from 1. */
void jsonscan_place(const struct jsonscan *j, int *line, int *column);

#endif /* LEAKSHIM_COMMON_JSONSCAN_H */
