/*
 * cli.h - what the verbs of the command share
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3)
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_CLI_H
#define LEAKSHIM_CLI_CLI_H

#include <limits.h>
#include <stdbool.h>

struct buf;
struct report;

/* Exit statuses (SPEC: "Exit status of leakshim"). */
enum status {
	STATUS_OK = 0,
	STATUS_USAGE = 2,
	STATUS_IMPOSSIBLE = 3,
	STATUS_BAD_FILE = 4,
	STATUS_FOUND = 23,
	STATUS_FAILED = 125,
	STATUS_NOT_EXECUTABLE = 126,
	STATUS_NOT_FOUND = 127,
};

/* One file per verb; argv[0] is the verb.  They return the exit status. */
int run_main(int argc, char **argv);
int attach_main(int argc, char **argv);
int check_main(int argc, char **argv);
int status_main(int argc, char **argv);
int detach_main(int argc, char **argv);
int report_main(int argc, char **argv);
int doctor_main(int argc, char **argv);
int python_path_main(int argc, char **argv);
int gate_main(int argc, char **argv);
int diff_main(int argc, char **argv);

/* "leakshim: WHAT: WHY" on stderr; printf formats. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Complain of a word for which getopt_long(3) returned c: an unknown option, or
 * one that lacks its value.  STATUS_USAGE.
 */
int complain_of_option(const char *verb, int c, const char *word);

/* A line for each thing that was asked for and that the report lacks. */
void complain_of_missed(const char *verb, const struct report *r);

/*
 * Write the text to standard output, behind what printf(3) has put there.
 * STATUS_OK; or STATUS_FAILED, after a complaint that begins with the verb.
 */
int write_out(const char *verb, const struct buf *text);

/* May standard output have colours? */
bool wants_colour(void);

/*
 * Append key=value to the options in the text.  Names of files that the shim
 * reads become absolute, so that it finds them in whatever directory a process
 * is.
 */
void append_option(struct buf *text, const char *key, const char *value);

/* Say that memory is out and exit: nothing sensible can be done without it. */
void abort_for_memory(void) __attribute__((noreturn));

/*
 * The path of this command; false if it is not known: without /proc, if moved.
 */
bool locate_self(char out[PATH_MAX]);

/*
 * The first of these places, relative to the directory of the command and ended
 * by NULL, that is_it() accepts; it fills in out.
 */
bool locate_beside(const char *const *places,
		   bool (*is_it)(const char *path, char out[PATH_MAX]),
		   char out[PATH_MAX]);

/*
 * The absolute path of libleakshim.so; NULL, after a complaint, when it is
 * nowhere.  Static storage.
 */
const char *find_library(void);

/*
 * Put the library first into LD_PRELOAD of our own environment, other entries
 * behind it.  False, after a complaint, when its path cannot stand there.
 */
int preload_library(const char *library);

#endif /* LEAKSHIM_CLI_CLI_H */
