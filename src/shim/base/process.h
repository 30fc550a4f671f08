/*
 * process.h - what is known about this process
 *
 * Filled once a CPython has been found; a process without one never gets here.
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_PROCESS_H
#define LEAKSHIM_SHIM_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/options.h"

enum {
	PROCESS_ARGV_BYTES = 8192, /* a longer command line is cut */
	PROCESS_MAX_ARGS = 256,
};

struct process {
	struct options options;
	pid_t parent;  /* of the process, as of its start or fork */
	pid_t pid;     /* own pid; differs from getpid() in a vfork child */
	bool is_first; /* its image had no watched ancestor when it started */
	const char *no_ancestors; /* why that is not known, or NULL (static) */
	bool is_forked; /* this process was made by fork() from a watched one */
	/*
	 * That fork(), or one of an ancestor's, left other threads behind: what
	 * they had on their stacks belongs to no thread here.
	 */
	bool has_left_threads;
	bool is_inert;    /* not watched: declined, or follow=0 in a child */
	bool no_colour;   /* NO_COLOR is set */
	bool is_attached; /* came into the process while it ran */
	bool has_run;     /* under `leakshim run': it judges the exit status */
	const char *declined; /* why not, or NULL */
	char exe[4096];
	char cwd[4096];
	char host[256];
	char argv[PROCESS_ARGV_BYTES]; /* NUL between arguments */
	size_t n_argv_bytes;
	int64_t started_ns; /* CLOCK_REALTIME_COARSE, as file systems stamp */
};

extern struct process process;

/* Read options and facts, print complaints about options, open the tally. */
void process_init(void);

/*
 * The same when the shim is loaded into a running process: options are the
 * command's, and complaints go to it.
 */
void process_attach(const char *options);

/*
 * Is the caller the process that process.pid names?  A vfork child is not: it
 * shares our memory and must not touch it.
 */
bool process_is_own(void);

/*
 * Is it the one whose exit status counts, and whose report has the plain name?
 */
bool process_is_first(void);

/*
 * Count this process and its findings for `leakshim run', if that started it.
 */
void process_tally(unsigned n_failing, bool has_report);

/* A variable of the environment; NULL when it is not set. */
const char *process_environment(const char *name);

#endif /* LEAKSHIM_SHIM_PROCESS_H */
