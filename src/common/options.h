/*
 * options.h - the options of LEAKSHIM_OPTIONS, as one struct
 *
 * options.def is the list of keys: the parser, `help=1', the command's long
 * options and the tests of the man page expand it.  A key without a field of
 * its name in this struct does not compile; limit_of() in options.c has the
 * greatest values of numbers.  A value that does not parse leaves the default
 * in place and yields one line that says what is wrong and what would be right;
 * the target runs in any case.
 *
 * Contract of every function here:
 *   side       shim and tool
 *   allocates  never; strings stand in the struct itself
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_COMMON_OPTIONS_H
#define LEAKSHIM_COMMON_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

enum {
	OPTIONS_PATH_BYTES = 4096, /* PATH_MAX, the NUL included */
	OPTIONS_LIST_BYTES = 512,  /* a fail_on or kinds list as written */
};

enum options_format { OPTIONS_FORMAT_TEXT, OPTIONS_FORMAT_JSON };

enum options_track {
	OPTIONS_TRACK_ALL,
	OPTIONS_TRACK_GC,
	OPTIONS_TRACK_SAMPLE,
	OPTIONS_TRACK_NONE,
};

struct options {
	enum options_format format;
	char log_path[OPTIONS_PATH_BYTES];
	char fail_on[OPTIONS_LIST_BYTES]; /* checked: see report/kinds.h */
	int exitcode;                     /* 0 to 255 */
	bool exitcode_given;              /* `run' has a default of its own */
	char kinds[OPTIONS_LIST_BYTES];   /* "auto", "all" or a list */
	int timeout;                      /* seconds */
	char suppressions[OPTIONS_PATH_BYTES];
	char baseline[OPTIONS_PATH_BYTES];
	int backtrace; /* 0 to 255 Python frames */
	int native;    /* 0 to 255 native frames */
	enum options_track track;
	uint64_t sample_bytes; /* with OPTIONS_TRACK_SAMPLE: the mean gap */
	bool reachability;
	bool audit;
	bool collected;
	bool gcstats;
	int check_every; /* seconds, 0: never */
	int growth;      /* checks, 0: off */
	bool argv;
	bool isolate;
	uint64_t max_table; /* bytes, 0: no limit */
	int signal;         /* a signal number, 0: none */
	bool follow;
	int max_findings;
	int verbosity; /* 0 to 2 */
	bool help;
};

/* Fill in the defaults. */
void options_init(struct options *o);

/*
 * Apply "key=value:key=value" on top of *o.  A value that contains a colon must
 * be in single or double quotes; the quote ends where a ':' or nothing follows
 * it, so that quotes inside need no escape.  Each fault adds one line to
 * `complaints' ("leakshim: option ...\n"); returns the number of faults.
 */
int options_parse(struct options *o, const char *text, struct buf *complaints);

/* Apply one key and value; complaint as above.  0, or -1 on a fault. */
int options_set(struct options *o, const char *key, const char *value,
		struct buf *complaints);

/* Every key with its current value and meaning, a line each (help=1). */
void options_help(const struct options *o, struct buf *out);

/* One key's value as written in LEAKSHIM_OPTIONS. */
void options_value(const struct options *o, const char *key, struct buf *out);

/* Append key=value, quoted when it has to be, with a ':' before a later key. */
void options_append(struct buf *out, const char *key, const char *value);

/* The i-th key and its one-line meaning; NULL past the last one. */
const char *options_key(size_t i);
const char *options_meaning(size_t i);

#endif /* LEAKSHIM_COMMON_OPTIONS_H */
