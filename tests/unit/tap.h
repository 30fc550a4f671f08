/*
 * tap.h - unit tests that print the Test Anything Protocol
 *
 * A test program calls ok() for each fact and ends with
 * `return tap_done();', which prints the plan: a crash before that is seen.
 */
#ifndef LEAKSHIM_UNIT_TAP_H
#define LEAKSHIM_UNIT_TAP_H

#include <stdbool.h>
#include <stdint.h>

/* One fact.  The text may have printf(3) conversions.  Returns the fact. */
#define ok(fact, ...) tap_ok((fact), __FILE__, __LINE__, __VA_ARGS__)
/* Two strings (NULL is allowed) or numbers are equal; both are shown if not. */
#define is_string(got, want, ...) \
	tap_is_string((got), (want), __FILE__, __LINE__, __VA_ARGS__)
#define is_number(got, want, ...)                                            \
	tap_is_number((intmax_t)(got), (intmax_t)(want), __FILE__, __LINE__, \
		      __VA_ARGS__)

bool tap_ok(bool fact, const char *file, int line, const char *text, ...)
	__attribute__((format(printf, 4, 5)));
bool tap_is_string(const char *got, const char *want, const char *file,
		   int line, const char *text, ...)
	__attribute__((format(printf, 5, 6)));
bool tap_is_number(intmax_t got, intmax_t want, const char *file, int line,
		   const char *text, ...) __attribute__((format(printf, 5, 6)));

/* A fact that cannot be tested here, and why. */
void skip(const char *text, const char *reason);

/* A line for the log. */
void diag(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* A number below n, by chance; the same ones in each run. */
unsigned random_below(unsigned n);

/* Let the facts of processes that are forked from now on count as well. */
void tap_share(void);

/* Print the plan; the exit status of the program. */
int tap_done(void);

#endif /* LEAKSHIM_UNIT_TAP_H */
