/*
 * request.h - what attach, check or detach were asked for
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3)
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_REQUEST_H
#define LEAKSHIM_CLI_REQUEST_H

#include <stdbool.h>

#include "attach/session.h"
#include "common/buf.h"
#include "common/options.h"

struct request {
	struct session session; /* first: callbacks get it */
	const char *verb;
	struct options options;
	struct buf text; /* they, as the shim reads them */
	struct buf report;
	bool keeps_report; /* in `report', not on standard output */
	bool is_tree;      /* with the descendants */
	bool is_mid_line;  /* the last message did not end its line */
};

/* Write the report into the file of log_path=.  The exit status. */
int request_write_report(struct request *w);

/* Does the report go into a file? */
bool request_has_file(const struct request *w);

/* --tree: the process and its descendants.  The exit status. */
int request_serve_tree(struct request *w);

#endif /* LEAKSHIM_CLI_REQUEST_H */
