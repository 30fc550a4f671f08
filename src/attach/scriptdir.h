/*
 * scriptdir.h - a private directory in the file system of another process
 *
 * Whatever its root is.  It is its user's, for its user alone, with a name that
 * cannot be guessed, and no link in it leads us elsewhere.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ATTACH_SCRIPTDIR_H
#define LEAKSHIM_ATTACH_SCRIPTDIR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "attach/refusal.h"

struct scriptdir {
	pid_t pid;
	int parent, self; /* open; -1: none */
	char name[40];
	char path[64]; /* as the process sees it, with a slash at its end */
	uid_t uid;
	gid_t gid;
};

/* False, with the reason in why; then there is nothing to remove. */
bool scriptdir_make(struct scriptdir *f, pid_t pid, char why[REFUSAL_BYTES]);
void scriptdir_remove(struct scriptdir *f);

bool scriptdir_put(struct scriptdir *f, const char *name, const void *data,
		   size_t n);
bool scriptdir_copy(struct scriptdir *f, const char *name, const char *from);

/* A named pipe; the end to read from, or -1. */
int scriptdir_pipe(struct scriptdir *f, const char *name);

bool scriptdir_has(const struct scriptdir *f, const char *name);

/* The text of a file, cut at n - 1 bytes; false: it is not there. */
bool scriptdir_text(const struct scriptdir *f, const char *name, char *out,
		    size_t n);

#endif /* LEAKSHIM_ATTACH_SCRIPTDIR_H */
