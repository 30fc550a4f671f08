/*
 * member.h - one process of a tree, which a child of the command serves
 *
 * Several are served at once, and whatever happens to one of the children, the
 * others go on.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3)
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_MEMBER_H
#define LEAKSHIM_CLI_MEMBER_H

#include <sys/types.h>

#include "cli/request.h"
#include "cli/tree.h"

/* What became of a process; the exit status of the child that did it. */
enum outcome {
	OUTCOME_NEW, /* not looked at yet */
	OUTCOME_DONE,
	OUTCOME_FOUND,   /* done, with failing findings */
	OUTCOME_ALREADY, /* nothing to do */
	OUTCOME_REFUSED, /* a line has said why */
	OUTCOME_OTHER,   /* not CPython */
	OUTCOME_GONE,    /* it has ended, or is another program now */
	OUTCOME_EARLY,   /* it is not a process of its own yet */
	OUTCOME_FAILED,  /* our child died */
	OUTCOMES
};

struct member {
	struct tree_process process;
	enum outcome outcome;
	pid_t child; /* of ours, at work on it; 0: none */
	int report;  /* a file in memory */
};

/*
 * In the child that `parent' has made: do to m what is requested, and exit with
 * the outcome.  The report is written into m->report.
 */
void member_serve(struct request *w, const struct member *m, pid_t parent)
	__attribute__((noreturn));

#endif /* LEAKSHIM_CLI_MEMBER_H */
