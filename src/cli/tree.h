/*
 * tree.h - a process and its descendants
 *
 * A process is identified by its process ID, its start time and its program
 * image: IDs are reused, and exec(2) keeps the ID.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3)
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_TREE_H
#define LEAKSHIM_CLI_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct tree_process {
	pid_t pid, parent;
	uint64_t started; /* ticks since boot */
	uint64_t image;   /* 0: not permitted */
	char state;       /* of /proc/PID/stat */
};

struct tree {
	struct tree_process *all;
	size_t n;
};

/*
 * The root and its descendants of this moment, parents first; without the
 * command and its own children, without what has ended, and without clones that
 * a check has made.  An empty one: the root is gone.
 */
void tree_read(struct tree *t, pid_t root);
void tree_free(struct tree *t);

/* Is it still there, and the same? */
bool tree_is_alive(const struct tree_process *p);

bool tree_is_same(const struct tree_process *a, const struct tree_process *b);

#endif /* LEAKSHIM_CLI_TREE_H */
