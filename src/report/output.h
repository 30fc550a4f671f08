/*
 * output.h - where a report goes
 *
 * A file is written whole or not at all: to a hidden name in the same
 * directory, with mode 0600 and never through a symbolic link, then renamed.
 * stderr is used only while it is the same file as at the start of the process.
 * Nothing that is not known to be a regular file is ever replaced: a device, a
 * pipe and, if the kernel will not say, anything.
 *
 * Contract of every function here:
 *   side       shim, analysis child and tool
 *   allocates  the buf's memory
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_OUTPUT_H
#define LEAKSHIM_REPORT_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct buf;

/* Remember which file stderr is.  Once, at the start. */
void output_remember_stderr(void);

/* Is stderr still that file?  False when it is closed. */
bool output_stderr_is_same(void);

/* What the patterns of log_path stand for. */
struct output_names {
	pid_t pid;
	int number;     /* of the report in this process, from 1 */
	bool is_chosen; /* the caller named it: a suffix only if it is there */
	bool is_later;  /* not the first process of the run */
	int64_t started_ns; /* CLOCK_REALTIME_COARSE of the process's start */
	const char *directory; /* where a relative name starts, or NULL */
	const char *exe;       /* path; its last part is used */
	const char *host;
	int64_t time; /* seconds since the epoch */
};

/*
 * The file name that log_path means: %p pid, %n number, %e executable, %t time,
 * %h host, %% percent.  Without %p a later process appends .PID, without %n a
 * later report .PID.N, so that no report replaces another of its run, nor one
 * that an unknown process wrote since we started.
 */
void output_expand(const char *log_path, const struct output_names *names,
		   struct buf *out);

/*
 * false: of a pipe that output_write_file() opens, wait for its reader for
 * three seconds only, then fail (EAGAIN).  From the start: true.
 */
void output_wait_for_readers(bool on);

/* Write all of text to an open descriptor; 0, or an errno. */
int output_write(int fd, const struct buf *text);

/* Write text to the file; 0, or an errno, and then nothing is left behind. */
int output_write_file(const char *path, const struct buf *text);

#endif /* LEAKSHIM_REPORT_OUTPUT_H */
