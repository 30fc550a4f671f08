#include "config.h"

#include "cli/tree.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach/remote.h"
#include "cli/cli.h"

enum {
	STAT_BYTES = 2048,
	/* Of /proc/PID/stat, behind the name. */
	FIELD_STATE = 1,
	FIELD_PARENT = 2,
	FIELD_STARTED = 20,
	FIELD_STACK = 26,
	FIELD_SIGNAL = 36,
};

static uint64_t
number(const char *stat, int n)
{
	return strtoull(remote_stat_field(stat, n), NULL, 10);
}

/* Where the stack begins changes with exec(2), and which file is run. */
static uint64_t
image_of(pid_t pid, const char *text)
{
	uint64_t stack = number(text, FIELD_STACK);
	struct stat s = {0};
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
	if (stat(path, &s) != 0)
		return 0;
	return stack ^ ((uint64_t)s.st_dev << 40) ^ (uint64_t)s.st_ino << 4;
}

/* False: it is gone, or a clone that only reads (shim/base/clone.h). */
static bool
read_process(pid_t pid, struct tree_process *p)
{
	char text[STAT_BYTES];
	const char *name;

	if (remote_file(pid, "stat", text, sizeof text) <= 0)
		return false;
	name = strchr(text, '(');
	p->state = *remote_stat_field(text, FIELD_STATE);
	if (!name || p->state == '0')
		return false;
	if (!strncmp(name, "(leakshim)", 10) && number(text, FIELD_SIGNAL) == 0)
		return false;
	p->pid = pid;
	p->parent = (pid_t)number(text, FIELD_PARENT);
	p->started = number(text, FIELD_STARTED);
	p->image = image_of(pid, text);
	return true;
}

static bool
has_ended(const struct tree_process *p)
{
	return p->state == 'Z' || p->state == 'X';
}

/* ---- all of them ---- */

static void
add(struct tree *t, const struct tree_process *p)
{
	t->all = reallocarray(t->all, t->n + 1, sizeof *t->all);
	if (!t->all)
		abort_for_memory();
	t->all[t->n++] = *p;
}

static void
read_all(struct tree *t)
{
	DIR *directory = opendir("/proc");
	struct tree_process p;
	struct dirent *e;

	while (directory && (e = readdir(directory))) {
		pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);

		if (pid > 0 && read_process(pid, &p))
			add(t, &p);
	}
	if (directory)
		closedir(directory);
}

static bool
has(const struct tree *t, pid_t pid)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (t->all[i].pid == pid)
			return true;
	return false;
}

/* From the others: children of what is in t already, until none is left. */
static void
add_descendants(struct tree *t, const struct tree *from)
{
	size_t i, k;

	for (i = 0; i < t->n; i++)
		for (k = 0; k < from->n; k++) {
			const struct tree_process *p = &from->all[k];

			if (p->parent == t->all[i].pid && p->pid != getpid() &&
			    !has_ended(p) && !has(t, p->pid))
				add(t, p);
		}
}

void
tree_read(struct tree *t, pid_t root)
{
	struct tree everything = {NULL, 0};
	size_t i;

	*t = (struct tree){NULL, 0};
	read_all(&everything);
	for (i = 0; i < everything.n; i++)
		if (everything.all[i].pid == root &&
		    !has_ended(&everything.all[i]))
			add(t, &everything.all[i]);
	add_descendants(t, &everything);
	free(everything.all);
}

void
tree_free(struct tree *t)
{
	free(t->all);
	*t = (struct tree){NULL, 0};
}

bool
tree_is_same(const struct tree_process *a, const struct tree_process *b)
{
	return a->pid == b->pid && a->started == b->started &&
	       a->image == b->image;
}

bool
tree_is_alive(const struct tree_process *p)
{
	struct tree_process now;

	return read_process(p->pid, &now) && !has_ended(&now) &&
	       tree_is_same(p, &now);
}
