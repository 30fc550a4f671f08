#include "config.h"

#include "cli/inputs.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/freememory.h"
#include "cli/merge.h"
#include "cli/read_report.h"
#include "common/arena.h"
#include "report/report.h"

enum { SNIFFED = 4096, DEEPEST = 64 };

static int
read_file(const char *name, const struct inputs_look *look, struct merge *m)
{
	struct arena arena;
	struct report r;
	int status;

	if (!freememory_is_enough(name))
		return -1;
	arena_init(&arena);
	status = read_report(&arena, name, &r);
	if (status == 0) {
		if (look)
			look->look(&r, look->ctx);
		merge_add(m, &r);
	}
	arena_fini(&arena);
	return status;
}

/* Does it begin as a report does?  -1: it cannot be read. */
static int
is_report(const char *path)
{
	static const char mark[] = "\"leakshim.report/";
	char start[SNIFFED];
	FILE *f = fopen(path, "re");
	size_t n;

	if (!f) {
		complain("%s: %s", path, strerror(errno));
		return -1;
	}
	n = fread(start, 1, sizeof start, f);
	fclose(f);
	return memmem(start, n, mark, sizeof mark - 1) != NULL;
}

static int read_directory(const char *name, const struct inputs_look *look,
			  struct merge *m, int depth);

static int
read_entry(const char *path, const struct inputs_look *look, struct merge *m,
	   int depth)
{
	struct stat st;
	int status;

	/* Links to directories may form a loop: they are not followed.
	 */
	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return read_directory(path, look, m, depth + 1);
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return 0;
	status = is_report(path);
	return status == 1 ? read_file(path, look, m) : status;
}

/* In no order: merging does not depend on it. */
static int
read_directory(const char *name, const struct inputs_look *look,
	       struct merge *m, int depth)
{
	DIR *d = depth < DEEPEST ? opendir(name) : NULL;
	struct dirent *e;
	int status = 0;

	if (!d) {
		complain("%s: %s", name,
			 depth < DEEPEST ? strerror(errno) : "too deep");
		return -1;
	}
	while ((e = readdir(d))) {
		char *path;

		if (e->d_name[0] == '.')
			continue;
		if (asprintf(&path, "%s/%s", name, e->d_name) < 0)
			abort_for_memory();
		if (read_entry(path, look, m, depth) != 0)
			status = -1;
		free(path);
	}
	closedir(d);
	return status;
}

/* One that the user named. */
static int
read_input(const char *name, const struct inputs_look *look, struct merge *m)
{
	size_t before = merge_count(m);
	struct stat st;

	if (strcmp(name, "-") == 0 || stat(name, &st) != 0 ||
	    !S_ISDIR(st.st_mode))
		return read_file(name, look, m);
	if (read_directory(name, look, m, 0) != 0)
		return -1;
	if (merge_count(m) != before)
		return 0;
	complain("%s: no reports in this directory (write one with format=json "
		 "and log_path=FILE)",
		 name);
	return -1;
}

int
inputs_read(char *const *names, int n, const struct inputs_look *look,
	    struct merge *m)
{
	int i, status = 0;

	for (i = 0; i < n; i++)
		if (read_input(names[i], look, m) != 0)
			status = -1;
	return status;
}
